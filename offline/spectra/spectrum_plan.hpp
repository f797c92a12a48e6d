// The config's spectra and selections, checked and resolved to indices, so that filling looks nothing up.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include <boost/histogram/axis/regular.hpp>

#include "offline/reconstruction/chain.hpp"
#include "offline/spectra/box_plan.hpp"
#include "offline/spectra/spectra.hpp"
#include "offline/spectra/value_cut.hpp"
#include "proto/result.hpp"
#include "proto/schema/config.pb.h"

namespace spillgate::offline {

// ⌊(x − min)/(max − min) · bins⌋ in double arithmetic, one subtraction, division and multiplication in this
// order; the upper edge belongs to the next bin, NaN to the overflow. O(1).
using BinningAxis =
    boost::histogram::axis::regular<double, boost::use_default, boost::histogram::axis::null_type>;

// How one detector channel enters one spectrum.
struct ChannelPlan {
    bool included = false;
    bool fills_every_window = false;  // only variables of windows: no candidate is needed
    std::uint32_t reject_quality = 0;
    std::array<std::size_t, 2> axis_variable{};
    std::vector<ValueCut> exposure_cuts;    // a window that fails is not live
    std::vector<ValueCut> efficiency_cuts;  // a candidate that fails is not filled
    std::vector<ValueCut> box;              // its chain's, as BoxPlan::inside
};

struct SpectrumPlan {
    std::string name, title, selection;
    std::vector<AxisView> axes;
    std::vector<BinningAxis> binning;  // as axes
    std::size_t bins = 0;              // of the whole array, flow bins included
    std::uint32_t reject_slot_quality = 0;
    double alpha_relative_uncertainty = 0;
    std::vector<ChannelPlan> channels;  // by index into Config.channel
    std::uint32_t channel_count = 0;    // included ones
    Sealing sealing = Sealing::NONE;
    std::vector<BoxRangeView> box;  // as HistogramView::box
};

// No spectrum may have more bins than this, flow bins included: 128 MiB per window kind.
inline constexpr std::size_t max_spectrum_bins = std::size_t{1} << 24;

// Names of chains, selections and spectra become groups in files: letters, digits and _ - + . (not first).
// Errors: CONFIG.
proto::Status check_name(const std::string& name, std::string_view what);

// `chains` by index into Config.channel; empty where a channel has none. `boxes` by index into Config.chain.
// Errors: CONFIG, with what is wrong and what is allowed.
proto::Result<std::vector<SpectrumPlan>> plan_spectra(const config::Config& config,
                                                      const std::vector<std::shared_ptr<const Chain>>& chains,
                                                      const std::vector<BoxPlan>& boxes);

}  // namespace spillgate::offline

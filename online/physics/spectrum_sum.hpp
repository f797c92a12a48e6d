// Counts and exposure of one spectrum, summed over runs of one configuration.
#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "offline/spectra/spectra.hpp"

namespace spillgate::online {

struct SpectrumSum {
    std::vector<offline::AxisView> axes;
    std::vector<std::uint64_t> in_time, anti_coincident;  // with flow bins; zeros in time if it is sealed
    offline::ExposureSums exposure;
    std::uint32_t channels = 1;
    double alpha_relative_uncertainty = 0;
    bool sealed = false;  // of one of the runs C is
    bool simulated = false;
    std::set<std::uint32_t> runs;

    // Of what a run shows of it.
    static SpectrumSum of(const offline::HistogramView& view, std::uint32_t run, bool simulated);
    // False, and nothing has changed, if its axes or channels are others.
    bool add(const SpectrumSum& other);
    // Valid as long as this is unchanged. Without a name.
    offline::HistogramView view() const;
    double pot() const;  // live, of an average channel
};

}  // namespace spillgate::online

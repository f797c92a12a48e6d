// Muons on the veto channels of one detector, for every chain (docs/reconstruction.md, step "muon").
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "offline/reconstruction/chain.hpp"
#include "offline/reconstruction/pmt/code_table.hpp"
#include "offline/reconstruction/pmt/run_finder.hpp"
#include "proto/schema/config.pb.h"
#include "proto/spill_record.hpp"

namespace spillgate::offline::veto {

// A muon: at least min_width_samples consecutive samples at threshold_adc or more over the baseline. Unlike a
// peak, its run need not end inside the trace.
struct VetoSettings {
    bool positive_pulses = false;
    double baseline_ns = 2000;  // median of each trace's first
    std::int32_t threshold_adc = 10;
    std::uint32_t min_width_samples = 3;
    config::PmtChain::CodeTable codes = config::PmtChain::IDENTITY;
    double beam_delay_ns = 0;  // of the chain: onsets are counted as t_rec is
};

VetoSettings settings_of(const config::VetoPulses& veto, double beam_delay_ns);
VetoSettings settings_of(const config::PmtChain& chain);

// The muons of one window, their onsets counted as t_rec is: from the window's roi begin, less the beam
// delay.
struct Muons {
    std::uint64_t count = 0;
    double first_us = std::numeric_limits<double>::quiet_NaN();  // NaN: none
    double last_us = std::numeric_limits<double>::quiet_NaN();
};

// Holds scratch memory; one per thread. Nothing is allocated per slot once warm.
class VetoSearch {
  public:
    explicit VetoSearch(const VetoSettings& settings);

    // Finds the onsets on all veto traces of a slot; the questions below are about these.
    void search(const ChannelSlot& slot);
    Muons muons(const proto::SpillRecord& record, const proto::Window& window) const;
    // From the last onset before it to an arrival at `t_rec_ns`; infinite without one.
    double since_us(const proto::SpillRecord& record, const proto::Window& window, double t_rec_ns) const;

  private:
    struct SearchedTrace {
        std::uint32_t index = 0;           // into SpillRecord::traces
        std::vector<std::int64_t> onsets;  // first samples of the runs
    };

    void search_trace(const proto::SpillRecord& record, SearchedTrace& searched);
    // Calls visit(onset in ns as t_rec) for every muon on the window's traces.
    template <class Visit>
    void for_each_onset(const proto::SpillRecord& record, const proto::Window& window, Visit&& visit) const;

    VetoSettings settings_;
    pmt::CodeTable codes_;
    pmt::RunFinder runs_;
    std::vector<SearchedTrace> traces_;  // the first `used_` are this slot's
    std::size_t used_ = 0;
};

}  // namespace spillgate::offline::veto

// One thread's HPGe reconstruction, with its scratch memory.
#pragma once

#include <memory>
#include <vector>

#include "offline/reconstruction/hpge/hpge_variables.hpp"
#include "offline/reconstruction/hpge/lengths.hpp"
#include "offline/reconstruction/hpge/settings.hpp"
#include "offline/reconstruction/hpge/trace_sums.hpp"
#include "offline/reconstruction/window_worker.hpp"

namespace spillgate::offline::hpge {

class HpgeWorker final : public WindowWorker {
  public:
    explicit HpgeWorker(std::shared_ptr<const HpgeSettings> settings);
    // No single charges: there are no photoelectrons.
    void tell(const ChannelSlot& slot, ChannelFacts& out) const override;

  private:
    struct AnalysedTrace {
        std::uint32_t index = 0;  // into SpillRecord::traces
        const proto::Trace* trace = nullptr;
        double sample_period_ns = 0;
        Lengths lengths;
        RisingScale scale;
        TraceSums sums;
        std::uint32_t quality = 0;  // Quality bits that the trace alone decides
        bool long_enough = false;   // for a baseline and every filter
    };

    void analyse(const ChannelSlot& slot) override;
    bool fill(const proto::SpillRecord& record, const proto::Window& window, Candidate& candidate) override;
    void analyse_trace(const proto::SpillRecord& record, std::uint32_t index, AnalysedTrace& out) const;
    void fill_window(const proto::SpillRecord& record, const proto::Window& window, Candidate& candidate);
    // Looks at the window's traces in time order; the first with a pulse over the energy threshold decides.
    bool find_candidate(const proto::SpillRecord& record, const proto::Window& window, Candidate& candidate);
    bool find_in_trace(const proto::SpillRecord& record, const proto::Window& window,
                       const AnalysedTrace& analysed, Candidate& candidate);
    std::span<AnalysedTrace> traces() { return std::span(traces_).first(used_); }

    std::shared_ptr<const HpgeSettings> settings_;
    Constants constants_;                // of the slot
    std::vector<AnalysedTrace> traces_;  // the first `used_` are this slot's
    std::size_t used_ = 0;
};

}  // namespace spillgate::offline::hpge

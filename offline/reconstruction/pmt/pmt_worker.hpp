// One thread's PMT reconstruction, with its scratch memory.
#pragma once

#include <memory>
#include <vector>

#include "offline/reconstruction/chain.hpp"
#include "offline/reconstruction/pmt/pmt_variables.hpp"
#include "offline/reconstruction/pmt/trace_analysis.hpp"
#include "offline/reconstruction/veto/veto.hpp"

namespace spillgate::offline::pmt {

// What workers share.
struct PmtSettings {
    config::PmtChain chain;
    bool whole_records = false;  // beam-triggered or strobed: one trace has to cover a window
    // SPE slices by index of Config.channel; where none holds the slot's UTC label, chain.spe_charge_adc().
    std::vector<std::vector<config::SpeSlice>> spe_slices;

    double spe_charge(std::uint16_t channel, std::int64_t utc_ns) const;
};

class PmtWorker final : public ChainWorker {
  public:
    explicit PmtWorker(std::shared_ptr<const PmtSettings> settings);
    void reconstruct(const ChannelSlot& slot, std::vector<Candidate>& out) override;

  private:
    // One trace of the channel, with its analysis; traces of a window are those with `in_window`.
    struct ChannelTrace {
        const proto::Trace* trace = nullptr;
        TraceAnalysis analysis;
        bool in_window = false;
    };
    // The analysed traces of one channel in one slot; memory of earlier slots is kept.
    class TraceList {
      public:
        template <class Analyser>
        void analyse(const proto::SpillRecord& record, std::span<const std::uint32_t> indices,
                     Analyser& analyser);
        void enter(const proto::Window& window);
        std::span<ChannelTrace> all() { return std::span(traces_).first(used_); }

      private:
        std::vector<ChannelTrace> traces_;
        std::vector<std::uint32_t> indices_;
        std::size_t used_ = 0;
    };

    void fill_window(const proto::SpillRecord& record, const proto::Window& window, Candidate& candidate);
    void fill_muons(const proto::SpillRecord& record, const proto::Window& window, Candidate& candidate);
    bool find_arrival(const proto::SpillRecord& record, const proto::Window& window, Candidate& candidate,
                      double spe_charge);
    void fill_candidate(const ChannelTrace& trace, std::size_t first_peak, std::int64_t roi_begin,
                        Candidate& candidate, double spe_charge);

    std::shared_ptr<const PmtSettings> settings_;
    DetectorTraceAnalyser detector_;
    veto::VetoSearch veto_;
    TraceList traces_;
};

}  // namespace spillgate::offline::pmt

// One thread's PMT reconstruction, with its scratch memory.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "offline/reconstruction/pmt/analysed_traces.hpp"
#include "offline/reconstruction/pmt/coincidence.hpp"
#include "offline/reconstruction/pmt/pmt_variables.hpp"
#include "offline/reconstruction/pmt/shared_pulse.hpp"
#include "offline/reconstruction/pmt/spe_charges.hpp"
#include "offline/reconstruction/pmt/trace_analysis.hpp"
#include "offline/reconstruction/window_worker.hpp"

namespace spillgate::offline::pmt {

// What workers share.
struct PmtSettings {
    config::PmtChain chain;
    bool whole_records = false;  // beam-triggered or strobed: one trace has to cover a window
    SpeCharges spe;
    std::int64_t longest = 1;  // with partners: samples of an integration window, for sums to be exact
};

class PmtWorker final : public WindowWorker {
  public:
    explicit PmtWorker(std::shared_ptr<const PmtSettings> settings);
    void tell(const ChannelSlot& slot, ChannelFacts& out) const override;

  private:
    void tell_trace(std::uint16_t channel, const AnalysedTrace& trace, std::size_t samples,
                    ChannelFacts& out) const;
    void analyse(const ChannelSlot& slot) override;
    bool fill(const proto::SpillRecord& record, const proto::Window& window, Candidate& candidate) override;
    void fill_window(const proto::SpillRecord& record, const proto::Window& window, Candidate& candidate);
    bool find_arrival(const proto::SpillRecord& record, const proto::Window& window, Candidate& candidate);
    void fill_candidate(const AnalysedTrace& trace, std::size_t first_peak, std::int64_t roi_begin,
                        Candidate& candidate);

    // With partners.
    bool find_coincidence(const proto::SpillRecord& record, const proto::Window& window,
                          Candidate& candidate);
    void fill_coincidence(const Coincidence& light, double sample_period_ns, std::int64_t length,
                          Candidate& candidate);
    void gather_onsets();
    bool periods_agree(double sample_period_ns) const;
    std::span<const AnalysedTraces> pmts() const { return std::span(pmts_).first(used_); }

    std::shared_ptr<const PmtSettings> settings_;
    DetectorTraceAnalyser detector_;
    std::vector<AnalysedTraces> pmts_;  // own first, then partners; the first `used_` are this slot's
    std::size_t used_ = 0;
    std::vector<double> spe_charges_;  // by PMT
    std::vector<Onset> onsets_;        // of the window
    SharedPulseMeter shared_pulse_;
};

}  // namespace spillgate::offline::pmt

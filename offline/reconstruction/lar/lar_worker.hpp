// One thread's LAr reconstruction, with its scratch memory.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "offline/reconstruction/lar/lar_event.hpp"
#include "offline/reconstruction/lar/light_finder.hpp"
#include "offline/reconstruction/lar/pmt_light.hpp"
#include "offline/reconstruction/lar/summed_light.hpp"
#include "offline/reconstruction/pmt/coincidence.hpp"
#include "offline/reconstruction/pmt/spe_charges.hpp"
#include "offline/reconstruction/window_worker.hpp"

namespace spillgate::offline::lar {

// What workers share.
struct LarSettings {
    config::LarChain chain;
    bool whole_records = false;  // beam-triggered or strobed: one trace of each PMT has to cover a window
    pmt::SpeCharges spe;
    std::int64_t longest = 1;  // samples of one sum
};

class LarWorker final : public WindowWorker {
  public:
    explicit LarWorker(std::shared_ptr<const LarSettings> settings);
    void tell(const ChannelSlot& slot, ChannelFacts& out) const override;

  private:
    void tell_trace(std::uint16_t channel, const Light& light, std::size_t samples, ChannelFacts& out) const;
    // What the window's first trace says of all: bounds are positions, from the roi begin.
    struct Frame {
        double sample_period_ns = 0;
        std::int64_t pretrace_begin = 0, pretrace_end = 0, roi_end = 0;
    };

    void analyse(const ChannelSlot& slot) override;
    bool fill(const proto::SpillRecord& record, const proto::Window& window, Candidate& candidate) override;
    std::span<const PmtLight> pmts() const { return std::span(pmts_).first(used_); }
    std::span<PmtLight> pmts() { return std::span(pmts_).first(used_); }
    std::optional<Frame> frame_of(const proto::SpillRecord& record, const proto::Window& window);
    bool periods_agree(double sample_period_ns);
    void fill_quality(const proto::SpillRecord& record, const proto::Window& window, Candidate& candidate);
    void fill_pulses(const proto::SpillRecord& record, const proto::Window& window, Candidate& candidate);
    // Coincidences and the candidate, where the window's traces have one common sample period.
    bool find_event(const proto::SpillRecord& record, const proto::Window& window, Candidate& candidate);
    bool fill_event(const Frame& frame, const pmt::Coincidence& light, Candidate& candidate);
    void fill_pmts(const LarEvent& event, const EventRule& rule, Candidate& candidate);

    std::shared_ptr<const LarSettings> settings_;
    LightFinder finder_;
    std::vector<PmtLight> pmts_;  // own first, then partners; the first `used_` are this slot's
    std::size_t used_ = 0;
    std::vector<std::int64_t> weights_;  // by PMT
    std::vector<pmt::Onset> onsets_;     // of the window
    SummedLight light_;
};

}  // namespace spillgate::offline::lar

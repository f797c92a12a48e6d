// When the board reads out what: a cycle's traces and marks in portions, each complete at a known time.
#pragma once

#include <cstdint>
#include <vector>

#include "hw/simulation/detector.hpp"

namespace spillgate::hw::simulation {

// A stretch of one channel to be digitized.
struct TraceOrder {
    std::size_t channel = 0;
    std::int64_t first = 0;
    std::uint32_t count = 0;
    std::uint32_t flags = 0;  // proto::TraceFlag
};

// What leaves the board together. Nothing later in the stream has a time before `watermark`.
struct Portion {
    std::int64_t release = 0;  // ticks: the last sample has been taken
    std::int64_t watermark = 0;
    std::vector<TraceOrder> traces;  // by time
    std::vector<Mark> marks;         // by time
    std::vector<Charge> charges;     // by time
};

// Plans the current cycle of the detector. Both kinds overwrite `portions`; the last watermark is the cycle's
// end.
class Trigger {
  public:
    virtual ~Trigger() = default;
    virtual void plan(Detector& detector, const Beam& beam, std::vector<Portion>& portions) = 0;
};

// One record per mark or strobe; one that comes before the record of an earlier one has ended, or whose own
// would begin before that, gets none.
class BeamTrigger : public Trigger {
  public:
    explicit BeamTrigger(const Parameters& parameters) : parameters_(parameters) {}
    void plan(Detector& detector, const Beam& beam, std::vector<Portion>& portions) override;

  private:
    Parameters parameters_;
    std::int64_t busy_until_ = INT64_MIN;
    std::vector<Mark> marks_;
};

// Each channel by itself, when what its trigger sees (ChannelSignal::rises, without noise) first passes
// trigger_adc; traces of fixed length, one after the other.
class SelfTrigger : public Trigger {
  public:
    SelfTrigger(const Parameters& parameters, std::size_t channels);
    void plan(Detector& detector, const Beam& beam, std::vector<Portion>& portions) override;

  private:
    Parameters parameters_;
    std::vector<std::int64_t> busy_until_;  // by channel
    std::vector<Mark> marks_;
    std::vector<TraceOrder> orders_;
    std::vector<std::int64_t> rises_;

    void find(Detector& detector, std::size_t channel);
};

}  // namespace spillgate::hw::simulation

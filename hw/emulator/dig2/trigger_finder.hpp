// What triggers an emulated VX27xx: the facility's pulse at TRGIN, channels over their thresholds, software.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <tuple>
#include <vector>

#include "hw/emulator/detector_feed.hpp"

namespace spillgate::hw::emulator::dig2 {

struct Trigger {
    enum class Kind : std::uint8_t { EXTERNAL, SOFTWARE, SELF };
    std::int64_t tick = 0;  // of the feed
    Kind kind = Kind::EXTERNAL;
    std::uint32_t channel = 0;  // SELF
    auto operator<=>(const Trigger&) const = default;
};

struct SelfTrigger {
    std::uint32_t channel = 0;
    double threshold_adc = 0;
};

class TriggerFinder {
  public:
    TriggerFinder(DetectorFeed& feed, std::int64_t external_delay_ticks)
        : feed_(feed), delay_(external_delay_ticks) {}

    // From `tick` on, with these sources.
    void begin(std::int64_t tick, bool external, std::vector<SelfTrigger> self);
    void end() {
        pending_.clear();
        active_ = false;
    }
    void software(std::int64_t tick) { pending_.insert({tick, Trigger::Kind::SOFTWARE, 0}); }
    // The next trigger up to `tick`, in order, while the feed can give samples around it.
    std::optional<Trigger> next(std::int64_t tick);

  private:
    void load();

    DetectorFeed& feed_;
    std::int64_t delay_;
    std::int64_t begin_ = 0;
    bool active_ = false;
    bool external_ = false;
    std::vector<SelfTrigger> self_;
    std::set<Trigger> pending_;
    std::vector<std::int64_t> rises_;
};

}  // namespace spillgate::hw::emulator::dig2

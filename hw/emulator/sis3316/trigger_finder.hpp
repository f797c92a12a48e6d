// The internal triggers of the channels: where the trapezoid of 0x040 rises over the threshold of 0x044.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "hw/emulator/detector_feed.hpp"
#include "hw/emulator/sis3316/channel_setup.hpp"
#include "hw/emulator/sis3316/registers.hpp"

namespace spillgate::hw::emulator::sis3316 {

struct InternalTrigger {
    std::int64_t tick = 0;  // the newest sample of the first value over the threshold
    bool high_energy = false;
};

// The filter looks only where the signal, before noise, passes half of what the threshold needs: all that a
// filter of this gain can find, but for noise alone. A pattern triggers at its own triggers, with no filter.
class TriggerFinder {
  public:
    explicit TriggerFinder(DetectorFeed& feed) : feed_(feed) {}

    // The feed's cycle or the channels' setups have changed.
    void forget();
    // Appends, in order, the triggers whose signals rise within [begin, end) of the current cycle; their
    // ticks may be later. Ranges of one cycle follow one another.
    void find(unsigned channel, const ChannelSetup& setup, std::int64_t begin, std::int64_t end,
              std::vector<InternalTrigger>& out);

  private:
    struct Channel {
        bool known = false;  // candidates are of the current cycle and setup
        std::vector<std::int64_t> candidates;
        std::int64_t searched_until = INT64_MIN;
        bool over = false;  // at the end of what was searched
    };
    DetectorFeed& feed_;
    std::array<Channel, channel_count> channels_;
    std::vector<std::uint16_t> samples_;
    std::vector<std::int32_t> values_;

    void search(unsigned channel, const ChannelSetup& setup, std::int64_t rise,
                std::vector<InternalTrigger>& out);
};

}  // namespace spillgate::hw::emulator::sis3316

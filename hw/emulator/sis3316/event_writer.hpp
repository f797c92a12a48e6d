// One event in the module's own words (event format of the standard firmware), computed from the samples.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "hw/emulator/detector_feed.hpp"
#include "hw/emulator/sis3316/channel_setup.hpp"
#include "hw/emulator/sis3316/registers.hpp"

namespace spillgate::hw::emulator::sis3316 {

struct EventStart {
    unsigned channel = 0;
    std::int64_t trigger = 0;     // tick at which the active trigger gate window began
    std::uint64_t timestamp = 0;  // 48 bits, of that tick
    bool pile_up = false;
    bool re_pile_up = false;
};

// Not thread-safe (reuses its buffers).
class EventWriter {
  public:
    EventWriter(DetectorFeed& feed, unsigned bits)
        : feed_(feed), highest_code_(static_cast<std::uint16_t>((1u << bits) - 1)) {}

    // Fills `out`, of setup.words() words. Raw samples are made in place.
    void write(const ChannelSetup& setup, const EventStart& event, std::span<std::uint32_t> out);

  private:
    DetectorFeed& feed_;
    std::uint16_t highest_code_;
    std::vector<std::uint16_t> window_;
    std::vector<std::uint16_t> stretch_;
    std::vector<std::int32_t> values_;

    void fetch(const ChannelSetup& setup, unsigned channel, std::int64_t first,
               std::span<std::uint16_t> out) const;
    std::span<const std::uint16_t> window_of(const ChannelSetup& setup, const EventStart& event,
                                             std::span<const std::uint16_t> raw);
    void put_accumulators(const ChannelSetup& setup, const EventStart& event,
                          std::span<const std::uint16_t> window, std::uint32_t* out) const;
    // Values of a filter for `count` ticks from `first` on, into values_.
    void filter(const ChannelSetup& setup, unsigned channel, FirShape shape, std::int64_t first,
                std::size_t count);
    void put_fast_maw(const ChannelSetup& setup, const EventStart& event, std::uint32_t* out);
    void put_energy_maw(const ChannelSetup& setup, const EventStart& event, std::uint32_t* out);
    void put_maw_buffer(const ChannelSetup& setup, const EventStart& event, std::uint32_t* out);
    void put_averages(const ChannelSetup& setup, const EventStart& event, std::span<std::uint16_t> out);
};

}  // namespace spillgate::hw::emulator::sis3316

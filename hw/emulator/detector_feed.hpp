// What an emulated digitizer looks at: SIMULATED detectors at the facility's pulses, or a pattern.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "hw/source.hpp"
#include "proto/result.hpp"
#include "proto/schema/emulator.pb.h"

namespace spillgate::hw::emulator {

// An input that carries the facility's logic pulse: upward, its leading edge at half height at the mark's
// time.
struct MarkChannel {
    std::uint32_t channel = 0;
    double pulse_adc = 4000;
    double pulse_ns = 200;
};

struct FeedOptions {
    double frequency_error = 0;  // of the device's sample clock, relative
    std::optional<MarkChannel> mark;
    std::optional<config::EmulatedPattern> pattern;  // instead of the simulation's signals
};

// A logic pulse of the facility.
struct FacilityPulse {
    std::int64_t tick = 0;
    double fraction = 0;  // [0, 1) of a tick
    Mark::Kind kind = Mark::Kind::EXTRACT;
    std::optional<std::uint64_t> cycle_id;
};

// Time is ticks of the device's own clock, one per sample: tick n is the moment n / frequency_hz() of the
// host's steady clock, so all devices and simulations of one host see the same pulses at the same time. One
// cycle of the facility is current; it only moves on. Not thread-safe but for the clock.
class DetectorFeed {
  public:
    // A board with a simulation, or a pattern. Errors: those of simulation::parameters_of; CONFIG.
    static proto::Result<std::unique_ptr<DetectorFeed>> create(const config::Board& board,
                                                               const FeedOptions& options);
    virtual ~DetectorFeed() = default;

    double frequency_hz() const { return frequency_hz_; }  // true one, its error included
    std::int64_t ticks_of(double ns) const;                // nearest
    std::int64_t tick_now() const;
    std::int64_t moment_ns(std::int64_t tick) const;  // of the host's steady clock
    // What samples may be asked of, and how far on either side of the current cycle.
    std::int64_t cycle_begin() const { return begin_; }
    std::int64_t cycle_end() const { return end_; }
    virtual bool is_pattern() const = 0;

    // Makes the cycle that owns `tick` the current one, unless a later one is.
    virtual void move_to(std::int64_t tick) = 0;
    // Of the current cycle, by time: marks with their faults, strobes. A missed mark is not there.
    std::span<const FacilityPulse> pulses() const { return pulses_; }
    // The codes of out.size() samples of a channel of the board from tick `first` on, within one cycle before
    // the current one to one after it. A channel that nothing is connected to shows its baseline.
    virtual void samples(std::uint32_t channel, std::int64_t first, std::span<std::uint16_t> out) = 0;
    // Appends the ticks of the current cycle at which the channel's signal, without noise, rises over the
    // threshold above the baseline, whatever its polarity. Makes samples cheap where there are many
    // stretches. Of a pattern: its trigger.
    virtual void rises(std::uint32_t channel, double threshold_adc, std::vector<std::int64_t>& out) = 0;

  protected:
    explicit DetectorFeed(double frequency_hz) : frequency_hz_(frequency_hz) {}
    double frequency_hz_;
    std::int64_t begin_ = 0;
    std::int64_t end_ = 0;
    std::vector<FacilityPulse> pulses_;
};

// A pattern's code at a tick: a ramp of one code per tick, so that it says channel and time, and with them
// the trigger and the sample's place after it.
constexpr std::uint16_t pattern_code(std::uint32_t channel, std::int64_t tick, unsigned bits) {
    return static_cast<std::uint16_t>((std::uint64_t{channel} * 257 + static_cast<std::uint64_t>(tick)) &
                                      ((1u << bits) - 1));
}

}  // namespace spillgate::hw::emulator

// A channel whose signal is a sum of short pulses of one shape: a PMT's photoelectrons, a veto panel's muons.
#pragma once

#include <memory>

#include "hw/simulation/channel_signal.hpp"
#include "hw/simulation/pulse_shape.hpp"

namespace spillgate::hw::simulation {

// One pulse; its shape is PulseShape's.
struct Pulse {
    std::int64_t tick = 0;
    float fraction = 0;  // [0, 1) of a tick
    float charge = 0;    // ADC·samples
};
// `ticks_after` the deposit.
Pulse pulse_at(const Deposit& deposit, double ticks_after, double charge);

// How deposits become pulses.
class PulseSource {
  public:
    virtual ~PulseSource() = default;
    // Appends those pulses of `deposit` that begin within [begin, end), unordered. Always the same for the
    // same deposit, whatever the range.
    virtual void pulses(const Deposit& deposit, std::int64_t begin, std::int64_t end,
                        std::vector<Pulse>& out) const = 0;
    // Ticks after which a deposit of this kind gives no more pulses.
    virtual std::int64_t reach(Kind kind) const = 0;
    // The longest of all.
    virtual std::int64_t longest_reach() const = 0;
};

class PulseTrain : public ChannelSignal {
  public:
    // `channel` indexes CycleDeposits::channels; a channel that sees no shared deposits is a veto.
    PulseTrain(std::unique_ptr<PulseSource> source, PulseShape shape, std::size_t channel, bool sees_shared);

    std::int64_t reach() const override { return source_->longest_reach(); }
    void analog(const History& history, std::int64_t begin, std::span<float> out) override;
    // What the trigger sees is the signal itself.
    void rises(const History& history, std::int64_t begin, std::int64_t end, float threshold,
               std::vector<std::int64_t>& out) override;
    void forget() override { gathered_valid_ = false; }

  private:
    std::unique_ptr<PulseSource> source_;
    PulseShape shape_;
    std::size_t channel_;
    bool sees_shared_;
    std::vector<Pulse> pulses_;
    std::vector<Pulse> gathered_;  // by time
    bool gathered_valid_ = false;
    std::vector<float> group_;

    // Pulses that begin within [begin, end), unordered.
    void collect(const History& history, std::int64_t begin, std::int64_t end, std::vector<Pulse>& out) const;
    std::span<const Pulse> pulses_of(const History& history, std::int64_t begin, std::int64_t end);
    void sum(std::span<const Pulse> pulses, std::int64_t begin, std::span<float> out) const;
};

}  // namespace spillgate::hw::simulation

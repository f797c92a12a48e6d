// The detectors behind one board: any stretch of any channel, from deposits in continuous time.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "hw/simulation/digitizer.hpp"
#include "hw/source.hpp"

namespace spillgate::hw::simulation {

class TruthList;

// Not thread-safe. Holds the deposits of the current cycle, of the next one, and of as many before as can
// still give light.
class Detector {
  public:
    Detector(const Parameters& parameters, const Beam& beam);

    // Makes cycle `number` the current one. Deposits of each newly drawn cycle go to `truth`, if there is
    // one.
    void move_to(std::uint64_t number, TruthList* truth);
    const Cycle& cycle() const;
    // While the linear gate is closed in the current cycle: over the beginning or the end of its record.
    Closed closed() const { return closed_; }

    std::size_t channels() const { return digitizers_.size(); }  // the detectors in order, then the veto
    std::uint32_t channel_number(std::size_t channel) const;
    // All pulses that traces of the current cycle can hold, by time. Valid until the next move_to(); makes
    // the traces of this channel cheap, where there are many.
    std::span<const Pulse> gather(std::size_t channel);
    const Digitizer& digitizer(std::size_t channel) const { return digitizers_[channel]; }
    // Appends the trace of [first, first + count) to the batch.
    void trace(std::size_t channel, std::int64_t first, std::uint32_t count, Batch& batch);

  private:
    Parameters parameters_;
    DepositGenerator generator_;
    std::vector<Digitizer> digitizers_;
    Light light_;
    std::deque<CycleDeposits> cycles_;  // consecutive; the current one has an index of back_
    std::size_t back_ = 1;
    Closed closed_;
    std::vector<Pulse> pulses_;
    struct Gathered {
        bool valid = false;
        std::vector<Pulse> pulses;
    };
    std::vector<Gathered> gathered_;  // by channel

    // Pulses that begin within [begin, end), unordered; up to one cycle after the current one.
    void collect(std::size_t channel, std::int64_t begin, std::int64_t end, std::vector<Pulse>& out) const;
    std::span<const Pulse> pulses_of(std::size_t channel, std::int64_t begin, std::int64_t end);
};

}  // namespace spillgate::hw::simulation

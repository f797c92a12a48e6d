// The detectors behind one board: any stretch of any channel, from deposits in continuous time.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "hw/simulation/detector_kind.hpp"
#include "hw/source.hpp"

namespace spillgate::hw::simulation {

class TruthList;

// Not thread-safe. Holds the deposits of the current cycle, of the next one, and of as many before as can
// still be seen.
class Detector {
  public:
    Detector(const Parameters& parameters, const Beam& beam);

    // Makes cycle `number` the current one. Deposits of each newly drawn cycle go to `truth`, if there is
    // one.
    void move_to(std::uint64_t number, TruthList* truth);
    const Cycle& cycle() const;

    std::size_t channels() const { return kind_.channels.size(); }  // the detectors in order, then the veto
    // Appends the ticks at which the channel's trigger rises over `threshold` (ChannelSignal::rises); up to
    // one cycle before and after the current one. Makes traces of this range cheap, where there are many.
    void rises(std::size_t channel, std::int64_t begin, std::int64_t end, float threshold,
               std::vector<std::int64_t>& out);
    // The codes of out.size() samples from tick `first` on; at most longest_stretch() of them.
    void samples(std::size_t channel, std::int64_t first, std::span<std::uint16_t> out);
    std::size_t longest_stretch() const;
    // Appends the trace of [first, first + count) to the batch.
    void trace(std::size_t channel, std::int64_t first, std::uint32_t count, Batch& batch);

  private:
    Parameters parameters_;
    const Beam& beam_;
    DetectorKind kind_;
    History cycles_;  // the current one is the last but one
    std::size_t back_ = 1;
    Closed closed_;  // while the linear gate is closed: over the beginning or the end of the cycle's record
    std::vector<float> analog_;

    void draw(std::uint64_t number, CycleDeposits& deposits) const;
};

}  // namespace spillgate::hw::simulation

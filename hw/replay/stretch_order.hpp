// Stretches of a board's stream, as they are found in a run, in the order that the Batch contract asks for.
#pragma once

#include <cstdint>
#include <optional>

#include "hw/source.hpp"

namespace spillgate::hw::replay {

// Appends a trace and its samples to a batch.
void append(Batch& batch, const DeviceTrace& trace, std::span<const std::uint16_t> samples);
// Sorts traces, marks and charges by time; samples stay where they are.
void sort_by_time(Batch& batch);
// Earliest and latest time of anything in a batch; nothing if it is empty.
std::optional<proto::ClockTime> earliest(const Batch& batch);
std::optional<proto::ClockTime> latest(const Batch& batch);

// Holds one stretch until the next is known, whose earliest time is then the watermark. What overlaps is
// merged; what comes before a watermark already given is dropped and counted.
class StretchOrder {
  public:
    // Takes a stretch (a batch whose watermark means nothing yet, in one epoch) and gives what is complete by
    // it. Nothing is given for the first one. After a change of epoch the rest of the old one is given.
    std::optional<Batch> put(Batch&& stretch);
    // All that is left; nothing if nothing is.
    std::optional<Batch> finish();
    std::uint64_t dropped() const { return dropped_; }

  private:
    std::optional<Batch> held_;
    std::optional<proto::ClockTime> watermark_;
    std::uint64_t dropped_ = 0;

    void drop_before(const proto::ClockTime& watermark, Batch& stretch);
};

}  // namespace spillgate::hw::replay

// Traces that come out of order, given out in the order of their first samples.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "hw/source.hpp"

namespace spillgate::hw::dig2 {

// Keeps its memory from batch to batch. Bounded: who adds more than `room()` loses it.
class HitOrder {
  public:
    static constexpr std::size_t samples_max = std::size_t{64} << 20;

    bool room(std::size_t samples) const { return samples_.size() + samples <= samples_max; }
    // Room for the samples of a trace; its offset is set.
    std::span<std::uint16_t> add(DeviceTrace&& trace);
    // Moves all traces with a first sample before `limit` to the end of the batch.
    void release(std::int64_t limit, Batch& batch);
    bool empty() const { return traces_.empty(); }

  private:
    void compact();

    std::vector<DeviceTrace> traces_;
    std::vector<std::uint16_t> samples_;
    std::vector<std::uint16_t> spare_;
};

}  // namespace spillgate::hw::dig2

// Traces that wait for their slot. A batch is kept, unmoved, as long as one of its traces is; then its memory
// goes back for reuse.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "daq/clocks/clock_order.hpp"
#include "hw/source.hpp"

namespace spillgate::daq {

class TraceStore {
  public:
    explicit TraceStore(std::function<void(hw::Batch&&)> recycle) : recycle_(std::move(recycle)) {}

    struct Held {
        std::uint32_t batch = 0;
        std::uint32_t index = 0;
        proto::ClockTime end;    // first reading after its last sample
        std::uint32_t uses = 0;  // slots that took it
    };

    // Keeps the batch for those of its traces that `wanted(trace)` accepts.
    template <class Wanted>
    void take(hw::Batch&& batch, Wanted&& wanted) {
        const std::uint32_t place = free_place();
        std::uint32_t kept = 0;
        for (std::uint32_t i = 0; i < batch.traces.size(); ++i) {
            if (!wanted(batch.traces[i])) continue;
            const auto& trace = batch.traces[i];
            const auto length = static_cast<std::int64_t>(trace.count) * trace.ticks_per_sample;
            held_.push_back({place, i, proto::advanced(trace.first, length), 0});
            ++kept;
        }
        batches_[place] = std::move(batch);
        references_[place] = kept;
        if (kept == 0) release(place);
    }

    const proto::Trace& trace(const Held& held) const { return batches_[held.batch].traces[held.index]; }
    std::span<const std::uint16_t> samples(const Held& held) const {
        const auto& t = trace(held);
        return std::span(batches_[held.batch].samples).subspan(t.offset, t.count);
    }
    std::vector<Held>& held() { return held_; }

    // Lets go of traces for which `is_over(held)`, telling `gone(held)` of each.
    template <class IsOver, class Gone>
    void expire(IsOver&& is_over, Gone&& gone) {
        std::size_t kept = 0;
        for (std::size_t i = 0; i < held_.size(); ++i) {
            if (!is_over(held_[i])) {
                held_[kept++] = held_[i];
                continue;
            }
            gone(held_[i]);
            if (--references_[held_[i].batch] == 0) release(held_[i].batch);
        }
        held_.resize(kept);
    }

  private:
    std::uint32_t free_place();
    void release(std::uint32_t place);

    std::function<void(hw::Batch&&)> recycle_;
    std::vector<hw::Batch> batches_;
    std::vector<std::uint32_t> references_;
    std::vector<std::uint32_t> free_;
    std::vector<Held> held_;
};

}  // namespace spillgate::daq

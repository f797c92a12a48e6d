// The traces of one PMT in one slot, seen from a window: positions are samples from the window's roi begin in
// each trace, so that PMTs on boards whose traces begin at different ticks are in step to within one sample.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "offline/reconstruction/lar/light_finder.hpp"
#include "proto/spill_record.hpp"

namespace spillgate::offline::lar {

// A PMT's light between two positions.
struct Stretch {
    std::int64_t charge = 0;   // sum of x, ADC·samples
    std::int64_t samples = 0;  // that the PMT has there
};

// Memory of earlier slots is kept.
class PmtLight {
  public:
    // `channel`: index into Config.channel.
    void analyse(const proto::SpillRecord& record, std::uint16_t channel,
                 std::span<const std::uint32_t> indices, LightFinder& finder);
    // The questions below are about the traces of this window.
    void enter(const proto::SpillRecord& record, const proto::Window& window);

    struct Analysed {
        std::uint32_t index = 0;  // into SpillRecord::traces
        Light light;
    };
    std::span<const Analysed> analysed() const { return std::span(analysed_).first(used_); }

    struct WindowTrace {
        const proto::Trace* trace = nullptr;
        const Light* light = nullptr;
        std::int64_t roi_begin = 0;  // sample of the trace that is position 0
    };
    std::uint16_t channel() const { return channel_; }
    std::span<const WindowTrace> traces() const { return traces_; }

    // Calls visit(position, x) for each sample that the PMT has of [from, until), in time order. No position
    // twice: of traces that overlap the earlier one counts. Reduced traces are left out.
    template <class Visit>
    void for_each_sample(std::int64_t from, std::int64_t until, Visit&& visit) const;
    Stretch sum(std::int64_t from, std::int64_t until) const;

  private:
    bool is_whole(const WindowTrace& trace) const;

    std::uint16_t channel_ = 0;
    std::vector<Analysed> analysed_;  // the first `used_` are this slot's
    std::size_t used_ = 0;
    std::vector<WindowTrace> traces_;
};

template <class Visit>
void PmtLight::for_each_sample(std::int64_t from, std::int64_t until, Visit&& visit) const {
    for (const auto& trace : traces_) {
        if (!is_whole(trace)) continue;
        const auto& x = trace.light->x;
        const std::int64_t begin = std::max(from, -trace.roi_begin);
        const std::int64_t end = std::min(until, static_cast<std::int64_t>(x.size()) - trace.roi_begin);
        if (begin >= end) continue;
        for (std::int64_t position = begin; position < end; ++position)
            visit(position, x[static_cast<std::size_t>(position + trace.roi_begin)]);
        from = end;
    }
}

}  // namespace spillgate::offline::lar

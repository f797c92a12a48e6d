// Which cycles of the emulated facility the marks of a run are: the facility's jitter is known cycle by
// cycle, and only the right ones have the same.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <span>
#include <utility>

#include "hw/pace.hpp"
#include "hw/simulation/beam.hpp"

namespace spillgate::test {

// A slot with its mark, in ticks of some clock that counts as the facility's ticks do.
struct MarkedSlot {
    std::uint64_t slot = 0;
    std::int64_t ticks = 0;
};

class FacilityCycles {
  public:
    // From this moment on. `board` is that of the emulator.
    explicit FacilityCycles(const hw::simulation::Parameters& board)
        : beam_(board),
          frequency_hz_(board.frequency_hz),
          period_ticks_(board.period_ticks),
          first_(cycle_now() > 10 ? cycle_now() - 10 : 0) {}

    // The cycle of the first of these slots, if they are cycles one by one: their marks lie as those of the
    // cycles do, to `tolerance` ticks. At least four slots.
    std::optional<std::uint64_t> of(std::span<const MarkedSlot> slots, std::int64_t tolerance) const {
        if (slots.size() < 4) return std::nullopt;
        std::optional<std::uint64_t> found;
        for (std::uint64_t cycle = first_; cycle <= cycle_now(); ++cycle) {
            const auto offset = ticks(cycle) - slots.front().ticks;
            const bool fits = std::ranges::all_of(slots, [&](const MarkedSlot& marked) {
                const auto of_slot = ticks(cycle + marked.slot - slots.front().slot);
                return std::abs(of_slot - marked.ticks - offset) <= tolerance;
            });
            if (!fits) continue;
            if (found) return std::nullopt;
            found = cycle;
        }
        return found;
    }

  private:
    std::uint64_t cycle_now() const {
        const double ticks = static_cast<double>(hw::steady_ns()) * 1e-9 * frequency_hz_;
        return static_cast<std::uint64_t>(ticks / period_ticks_);
    }
    // Of the clock's edge at which the mark is seen.
    std::int64_t ticks(std::uint64_t number) const {
        const auto cycle = beam_.cycle(number);
        return cycle.mark_tick + (cycle.mark_fraction > 0 ? 1 : 0);
    }

    hw::simulation::Beam beam_;
    double frequency_hz_;
    double period_ticks_;
    std::uint64_t first_;
};

}  // namespace spillgate::test

// Losses by the module's own count → how many have not been reported yet. Two counts may tell of the same
// losses: gaps in the trigger numbers, which say where, and the lost-trigger counter, which also knows of
// losses after the last event.
#pragma once

#include <algorithm>
#include <cstdint>

namespace spillgate::hw::dig2 {

class LossBook {
  public:
    static constexpr std::uint32_t number_mask = (1U << 24) - 1;
    // Losses that a gap in 24-bit numbers shows between two events.
    static std::uint64_t gap(std::uint32_t previous, std::uint32_t number) {
        return (number - previous - 1) & number_mask;
    }
    // A gap of `count`: how many of them are news.
    std::uint64_t gap_seen(std::uint64_t count) {
        by_gaps_ += count;
        return report_up_to(by_gaps_);
    }
    // The counter's reading: how many are news. What it says is believed at the next reading, so that an
    // event on its way may show the gap, and with it the place, before.
    std::uint64_t counter_read(std::uint64_t total) {
        const std::uint64_t settled = std::min(counter_, total);
        counter_ = total;
        return report_up_to(settled);
    }
    // At the end no event will come: all that the counter says is news.
    std::uint64_t counter_final() { return report_up_to(counter_); }
    std::uint64_t reported() const { return reported_; }

  private:
    std::uint64_t report_up_to(std::uint64_t total) {
        const std::uint64_t before = reported_;
        reported_ = std::max(reported_, total);
        return reported_ - before;
    }

    std::uint64_t by_gaps_ = 0;
    std::uint64_t counter_ = 0;
    std::uint64_t reported_ = 0;
};

}  // namespace spillgate::hw::dig2

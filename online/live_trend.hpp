// Beam and rates of the last minutes, a point a second: what the lead's ledger and the spectra have grown by
// since the second before.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "online/snapshot.hpp"

namespace spillgate::online {

class LiveTrend {  // single-threaded; what points() gives is for all
  public:
    using Clock = std::chrono::steady_clock;
    using Points = std::shared_ptr<const std::vector<TrendPoint>>;
    struct Filled {  // slots in the spectra of the newest run
        std::uint32_t run = 0;
        std::uint64_t slots = 0;
    };

    // Goes on after the points `before`. What is filled by `now` belongs to none of its own.
    void begin(Points before, Clock::time_point now, Filled filled);
    // `lead`: its newest status. Empty: nothing is known of it; then there is no point, not a zero.
    void take(Clock::time_point now, const wire::DaemonStatus* lead, Filled filled);

    const Points& points() const { return points_; }  // oldest first, bounded; never empty itself

  private:
    struct Counted {
        std::uint32_t run = 0;
        wire::LedgerTotals ledger;
    };
    double slots_filled(Filled filled) const;
    void add(const TrendPoint& point);

    Points points_ = std::make_shared<const std::vector<TrendPoint>>();
    Clock::time_point at_ = Clock::now();
    Filled filled_;
    std::optional<Counted> counted_;  // by the lead, a second ago
};

}  // namespace spillgate::online

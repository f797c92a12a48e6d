#include "daq/gate/mark_history.hpp"

#include <cmath>

namespace spillgate::daq {

using proto::ClockTime;

namespace {
constexpr std::size_t max_entries = 65536;
}

void MarkHistory::add(const Entry& entry) {
    if (entries_.size() == max_entries) {
        entries_.erase(entries_.begin(), entries_.begin() + max_entries / 2);
        overflowed_ += max_entries / 2;
    }
    entries_.push_back(entry);
}

void MarkHistory::forget_before(const ClockTime& time) {
    std::erase_if(entries_, [&](const Entry& e) { return earlier(e.time, time); });
}

bool MarkHistory::seen_near(const ClockTime& origin, double position, double tolerance) const {
    for (const auto& entry : entries_)
        if (!entry.is_predicted && entry.time.comparable(origin) &&
            std::abs(proto::ticks_between(entry.time, origin) - position) < tolerance)
            return true;
    return false;
}

bool MarkHistory::clear(const ClockTime& origin, double period, double begin, double end, double margin,
                        double tolerance, double slack) const {
    // Positions count from the whole tick of the origin, like windows.
    const double own = static_cast<double>(origin.fraction) / 65536.0;
    const auto touches = [&](double position, double keep_away, double give) {
        return begin + give < position + keep_away && end - give > position - keep_away;
    };
    for (const auto& entry : entries_) {
        if (!entry.time.comparable(origin)) continue;
        const double position = proto::ticks_between(entry.time, origin) + own;
        const bool is_origin = entry.time == origin;
        const double keep_away = entry.is_predicted ? margin + tolerance : margin;
        if (touches(position, keep_away, is_origin ? slack : 0)) return false;
    }
    if (touches(own, margin, slack)) return false;
    const double keep_away = margin + tolerance;
    const auto first = static_cast<std::int64_t>(std::floor((begin - keep_away) / period));
    const auto last = static_cast<std::int64_t>(std::ceil((end + keep_away) / period));
    for (std::int64_t n = first; n <= last; ++n) {
        if (n == 0) continue;
        const double position = static_cast<double>(n) * period;
        if (touches(position + own, keep_away, 0) && !seen_near(origin, position, tolerance)) return false;
    }
    return true;
}

}  // namespace spillgate::daq

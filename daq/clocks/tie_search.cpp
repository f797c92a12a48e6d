#include "daq/clocks/tie_search.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace spillgate::daq {

using proto::ClockTime;
using proto::ticks_between;

namespace {

constexpr std::size_t fewest_pairs_by_cycle = 4;
constexpr double clearly_worse = 4;             // rms of every other pairing, in units of the best
constexpr std::size_t fewest_alternatives = 3;  // without them the best means nothing
constexpr double outlier = 6;                   // medians of |residual|

struct Point {
    double x = 0;  // ticks here from the newest mark
    double y = 0;  // ticks there from its partner, less x at the nominal ratio
};

struct Line {
    double offset = 0;
    double slope = 0;
    double rms = 0;
};

Line fitted(std::span<const Point> points) {
    const auto n = static_cast<double>(points.size());
    double mean_x = 0;
    double mean_y = 0;
    for (const auto& p : points)
        mean_x += p.x, mean_y += p.y;
    mean_x /= n;
    mean_y /= n;
    double xx = 0;
    double xy = 0;
    for (const auto& p : points) {
        xx += (p.x - mean_x) * (p.x - mean_x);
        xy += (p.x - mean_x) * (p.y - mean_y);
    }
    Line line;
    line.slope = xx > 0 ? xy / xx : 0;
    line.offset = mean_y - line.slope * mean_x;
    double squares = 0;
    for (const auto& p : points) {
        const double residual = p.y - line.offset - line.slope * p.x;
        squares += residual * residual;
    }
    line.rms = std::sqrt(squares / std::max(1.0, n - 2));
    return line;
}

// A straight line through most of the points: the worst is left out as long as it stands out, but never
// more than down to `fewest`.
Line robustly_fitted(std::vector<Point>& points, std::size_t fewest) {
    std::vector<double> sizes;
    for (;;) {
        const Line line = fitted(points);
        const auto size = [&](const Point& p) { return std::abs(p.y - line.offset - line.slope * p.x); };
        sizes.clear();
        for (const auto& p : points)
            sizes.push_back(size(p));
        const auto middle = sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() / 2);
        std::ranges::nth_element(sizes, middle);
        const double median = *middle;
        const auto worst = std::ranges::max_element(points, {}, size);
        // Half a tick: exact readings have no scatter to compare with.
        if (points.size() <= fewest || size(*worst) <= outlier * std::max(median, 0.5)) return line;
        points.erase(worst);
    }
}

FoundTie found(const ClockTime& here, const ClockTime& there, const Line& line, std::size_t pairs,
               double nominal_ratio) {
    return {{here, shifted(there, line.offset), nominal_ratio + line.slope}, line.rms, pairs};
}

// The marks there that lie nearest to where those here are expected, if `there[partner]` belongs to the
// newest one here.
void pair_up(std::span<const SeenMark> here, std::span<const SeenMark> there, std::size_t partner,
             const TieSearchSettings& settings, std::vector<Point>& points) {
    points.clear();
    const ClockTime& origin_here = here.back().time;
    const ClockTime& origin_there = there[partner].time;
    auto candidate = static_cast<std::ptrdiff_t>(partner);
    for (auto mark = here.rbegin(); mark != here.rend(); ++mark) {
        const double x = ticks_between(mark->time, origin_here);
        const double expected = x * settings.nominal_ratio;
        const auto off = [&](std::ptrdiff_t j) {
            return ticks_between(there[static_cast<std::size_t>(j)].time, origin_there) - expected;
        };
        while (candidate > 0 && std::abs(off(candidate - 1)) <= std::abs(off(candidate)))
            --candidate;
        const double y = off(candidate);
        const double believable =
            settings.pairing_distance + settings.max_frequency_error * std::abs(expected);
        if (std::abs(y) <= believable) points.push_back({x, y});
    }
}

std::optional<FoundTie> find_last_of(std::span<const SeenMark> here, std::span<const SeenMark> there,
                                     const TieSearchSettings& settings) {
    if (here.size() < settings.marks) return std::nullopt;
    here = here.last(settings.marks);
    const std::size_t fewest = settings.marks * 3 / 4;
    std::optional<FoundTie> best;
    double second_rms = INFINITY;
    std::size_t alternatives = 0;
    std::vector<Point> points;
    points.reserve(here.size());
    for (std::size_t partner = 0; partner < there.size(); ++partner) {
        pair_up(here, there, partner, settings, points);
        // Alternatives that rest on fewer marks can only make us more careful.
        if (points.size() < settings.marks / 2) continue;
        const bool is_full = points.size() >= fewest;
        const Line line = robustly_fitted(points, fewest);
        ++alternatives;
        const bool possible = std::abs(line.slope) <= settings.max_frequency_error * settings.nominal_ratio;
        if (is_full && possible && (!best || line.rms < best->rms)) {
            if (best) second_rms = std::min(second_rms, best->rms);
            best = found(here.back().time, there[partner].time, line, points.size(), settings.nominal_ratio);
        } else {
            second_rms = std::min(second_rms, line.rms);
        }
    }
    if (!best || alternatives < fewest_alternatives || best->rms > settings.residual_limit)
        return std::nullopt;
    if (second_rms < clearly_worse * std::max(best->rms, 0.25)) return std::nullopt;
    return best;
}

}  // namespace

std::optional<FoundTie> find_by_cycle(std::span<const SeenMark> here, std::span<const SeenMark> there,
                                      const TieSearchSettings& settings) {
    std::vector<std::pair<ClockTime, ClockTime>> pairs;
    for (const auto& mark : here) {
        if (!mark.cycle_id) continue;
        // The first of a duplicate is the mark.
        const auto partner = std::ranges::find(there, mark.cycle_id, &SeenMark::cycle_id);
        if (partner != there.end()) pairs.emplace_back(mark.time, partner->time);
    }
    if (pairs.size() < fewest_pairs_by_cycle) return std::nullopt;
    const auto [origin_here, origin_there] = pairs.back();
    std::vector<Point> points;
    points.reserve(pairs.size());
    for (const auto& [time_here, time_there] : pairs) {
        const double x = ticks_between(time_here, origin_here);
        points.push_back({x, ticks_between(time_there, origin_there) - x * settings.nominal_ratio});
    }
    const std::size_t fewest = std::max(fewest_pairs_by_cycle, pairs.size() * 3 / 4);
    const Line line = robustly_fitted(points, fewest);
    const bool good = line.rms <= settings.residual_limit &&
                      std::abs(line.slope) <= settings.max_frequency_error * settings.nominal_ratio;
    if (!good) return std::nullopt;
    return found(origin_here, origin_there, line, points.size(), settings.nominal_ratio);
}

std::optional<FoundTie> find_by_pattern(std::span<const SeenMark> here, std::span<const SeenMark> there,
                                        const TieSearchSettings& settings) {
    if (auto found = find_last_of(here, there, settings)) return found;
    TieSearchSettings turned = settings;
    turned.nominal_ratio = 1 / settings.nominal_ratio;
    turned.residual_limit = settings.residual_limit * turned.nominal_ratio;
    turned.pairing_distance = settings.pairing_distance * turned.nominal_ratio;
    auto found = find_last_of(there, here, turned);
    if (!found) return std::nullopt;
    const auto& relation = found->relation;
    return FoundTie{{relation.there, relation.here, 1 / relation.ratio},
                    found->rms * settings.nominal_ratio,
                    found->pairs};
}

}  // namespace spillgate::daq

#include "tests/truth/matching.hpp"

#include <algorithm>
#include <cmath>

namespace spillgate::truth {

namespace {

bool is_dark(const Deposit& deposit) {
    return deposit.kind == "dark";
}

bool any_within(const std::vector<Deposit>& deposits, double begin, double end) {
    const auto first =
        std::lower_bound(deposits.begin(), deposits.end(), begin,
                         [](const Deposit& d, double tick) { return static_cast<double>(d.tick) < tick; });
    return first != deposits.end() && static_cast<double>(first->tick) < end;
}

// The window whose roi holds the tick; null if there is none.
const SearchedWindow* window_at(const std::vector<SearchedWindow>& windows, std::int64_t tick) {
    auto after = std::upper_bound(windows.begin(), windows.end(), tick,
                                  [](std::int64_t t, const SearchedWindow& w) { return t < w.roi_begin; });
    if (after == windows.begin()) return nullptr;
    --after;
    return tick < after->roi_end ? &*after : nullptr;
}

}  // namespace

std::vector<Match> match(const SimulatedRun& run, const MatchRule& rule) {
    std::vector<Deposit> dark, others;
    for (const Deposit& deposit : run.deposits)
        (is_dark(deposit) ? dark : others).push_back(deposit);
    const double tick = run.tick_ns;
    std::vector<Match> matches;
    for (std::size_t i = 0; i < others.size(); ++i) {
        const Deposit& deposit = others[i];
        const auto at = static_cast<double>(deposit.tick);
        const double after = at + rule.quiet_after_ns / tick;
        const SearchedWindow* window = window_at(run.windows, deposit.tick);
        if (window == nullptr || window->quality != 0) continue;
        const auto begin = static_cast<double>(window->roi_begin);
        if (at < begin + rule.edge_ns / tick || after > static_cast<double>(window->roi_end)) continue;
        // What came earlier in the roi is the window's candidate.
        const double quiet_from = std::min(at - rule.quiet_before_ns / tick, begin - rule.edge_ns / tick);
        if (any_within(others, quiet_from, at)) continue;
        if (i + 1 < others.size() && static_cast<double>(others[i + 1].tick) < after) continue;
        if (any_within(dark, begin - rule.edge_ns / tick, after)) continue;
        Match found{deposit.kind, deposit.size, window->found, 0, 0, 0};
        if (found.found) {
            // The truth list has whole ticks, rounded down.
            found.delay_ns = (begin - at - 0.5) * tick + window->t_rec_ns;
            found.found = found.delay_ns >= -rule.early_ns && found.delay_ns <= rule.late_ns;
            found.size = window->size;
            found.f90 = window->f90;
        }
        matches.push_back(found);
    }
    return matches;
}

}  // namespace spillgate::truth

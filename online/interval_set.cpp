#include "online/interval_set.hpp"

#include <algorithm>

namespace spillgate::online {

void IntervalSet::insert(std::uint64_t first, std::uint64_t last) {
    if (first >= last) return;
    auto next = intervals_.upper_bound(first);
    if (next != intervals_.begin()) {
        const auto previous = std::prev(next);
        if (previous->second >= last) return;
        if (previous->second >= first) {
            first = previous->first;
            next = intervals_.erase(previous);
        }
    }
    while (next != intervals_.end() && next->first <= last) {
        last = std::max(last, next->second);
        next = intervals_.erase(next);
    }
    intervals_.emplace_hint(next, first, last);
}

void IntervalSet::erase(std::uint64_t first, std::uint64_t last) {
    if (first >= last) return;
    auto at = intervals_.upper_bound(first);
    if (at != intervals_.begin()) --at;
    while (at != intervals_.end() && at->first < last) {
        const auto [begin, end] = *at;
        if (end <= first) {
            ++at;
            continue;
        }
        at = intervals_.erase(at);
        if (begin < first) intervals_.emplace(begin, first);
        if (end > last) {
            intervals_.emplace(last, end);
            return;
        }
    }
}

bool IntervalSet::contains(std::uint64_t value) const {
    const auto next = intervals_.upper_bound(value);
    return next != intervals_.begin() && std::prev(next)->second > value;
}

std::uint64_t IntervalSet::count() const {
    std::uint64_t n = 0;
    for (const auto& [first, last] : intervals_)
        n += last - first;
    return n;
}

std::uint64_t IntervalSet::count_within(std::uint64_t first, std::uint64_t last) const {
    std::uint64_t n = 0;
    auto at = intervals_.upper_bound(first);
    if (at != intervals_.begin()) --at;
    for (; at != intervals_.end() && at->first < last; ++at) {
        const std::uint64_t begin = std::max(first, at->first);
        const std::uint64_t end = std::min(last, at->second);
        if (begin < end) n += end - begin;
    }
    return n;
}

std::uint64_t IntervalSet::end() const {
    return intervals_.empty() ? 0 : std::prev(intervals_.end())->second;
}

std::vector<Interval> IntervalSet::intervals() const {
    std::vector<Interval> out;
    out.reserve(intervals_.size());
    for (const auto& [first, last] : intervals_)
        out.push_back({first, last});
    return out;
}

std::vector<Interval> IntervalSet::missing(std::uint64_t first, std::uint64_t last, std::size_t limit) const {
    std::vector<Interval> out;
    auto at = intervals_.upper_bound(first);
    if (at != intervals_.begin() && std::prev(at)->second > first) first = std::prev(at)->second;
    while (first < last && out.size() < limit) {
        const std::uint64_t end = at == intervals_.end() ? last : std::min(last, at->first);
        if (first < end) out.push_back({first, end});
        if (at == intervals_.end()) break;
        first = at->second;
        ++at;
    }
    return out;
}

bool IntervalSet::subset_of(const IntervalSet& other) const {
    return std::all_of(intervals_.begin(), intervals_.end(), [&](const auto& interval) {
        return other.missing(interval.first, interval.second, 1).empty();
    });
}

}  // namespace spillgate::online

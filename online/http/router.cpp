#include "online/http/router.hpp"

#include <algorithm>
#include <stdexcept>

namespace spillgate::online {
namespace {

enum class Segment { PLAIN, ONE, REST };

std::vector<std::string_view> segments_of(std::string_view path) {
    std::vector<std::string_view> segments;
    while (!path.empty()) {
        path.remove_prefix(1);  // the slash
        const auto end = std::min(path.find('/'), path.size());
        segments.push_back(path.substr(0, end));
        path.remove_prefix(end);
    }
    return segments;
}

Segment kind_of(std::string_view segment) {
    if (!segment.starts_with('{')) return Segment::PLAIN;
    return segment.ends_with("...}") ? Segment::REST : Segment::ONE;
}

std::string_view name_in(std::string_view segment) {
    const std::size_t end = kind_of(segment) == Segment::REST ? 4 : 1;
    return segment.substr(1, segment.size() - 1 - end);
}

// Plain segments before {one} before {rest...}, at the first place where two patterns differ in kind.
bool more_special(const std::vector<std::string>& a, const std::vector<std::string>& b) {
    return std::ranges::lexicographical_compare(a, b, {}, kind_of, kind_of);
}

bool same_requests(const std::vector<std::string>& a, const std::vector<std::string>& b) {
    return std::ranges::equal(a, b, [](const std::string& one, const std::string& other) {
        const auto kind = kind_of(one);
        return kind == kind_of(other) && (kind != Segment::PLAIN || one == other);
    });
}

std::optional<PathValues> values_of(const std::vector<std::string>& pattern,
                                    const std::vector<std::string_view>& path, std::string_view whole) {
    PathValues values;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const auto kind = kind_of(pattern[i]);
        if (kind == Segment::REST) {
            // All that is left, slashes included; the segments are views into `whole`.
            const auto rest = i < path.size()
                                  ? whole.substr(static_cast<std::size_t>(path[i].data() - whole.data()))
                                  : std::string_view();
            values.emplace(name_in(pattern[i]), percent_decoded(rest, false));
            return values;
        }
        if (i >= path.size()) return std::nullopt;
        if (kind == Segment::PLAIN && pattern[i] != path[i]) return std::nullopt;
        if (kind == Segment::ONE) {
            if (path[i].empty()) return std::nullopt;
            values.emplace(name_in(pattern[i]), percent_decoded(path[i], false));
        }
    }
    if (path.size() != pattern.size()) return std::nullopt;
    return values;
}

}  // namespace

void Router::add(std::vector<Route> routes) {
    for (Route& route : routes) {
        Entry entry;
        if (!route.pattern.starts_with('/') || !route.serve)
            throw std::logic_error("a route needs a path and something that serves it: " + route.pattern);
        for (const auto segment : segments_of(route.pattern))
            entry.segments.emplace_back(segment);
        for (std::size_t i = 0; i < entry.segments.size(); ++i) {
            const auto& segment = entry.segments[i];
            const bool misplaced = kind_of(segment) == Segment::REST && i + 1 < entry.segments.size();
            const bool unnamed =
                kind_of(segment) != Segment::PLAIN && (!segment.ends_with('}') || name_in(segment).empty());
            if (misplaced || unnamed) throw std::logic_error("no such pattern: " + route.pattern);
        }
        for (const Entry& other : entries_) {
            if (other.route.method == route.method && same_requests(other.segments, entry.segments))
                throw std::logic_error("two routes serve " + route.method + " " + route.pattern);
        }
        entry.route = std::move(route);
        entries_.push_back(std::move(entry));
    }
    std::ranges::stable_sort(entries_, more_special, &Entry::segments);
}

Router::Match Router::find(std::string_view method, std::string_view path) const {
    Match match;
    if (!path.starts_with('/')) return match;
    const auto segments = segments_of(path);
    const std::string_view sought = method == "HEAD" ? "GET" : method;
    for (const Entry& entry : entries_) {
        auto values = values_of(entry.segments, segments, path);
        if (!values) continue;
        if (entry.route.method != sought) {
            match.other_method = true;
            continue;
        }
        match.route = &entry.route;
        match.values = std::move(*values);
        return match;
    }
    return match;
}

}  // namespace spillgate::online

#include "proto/box_rules.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace spillgate::proto {

namespace {

void ranges(const config::Box& box, std::vector<Contradiction>& found) {
    if (box.range().empty())
        found.push_back(
            {&box, "chain", -1,
             fmt::format("the box of chain '{}' has no range; it needs at least one", box.chain())});
    std::set<std::string> seen;
    for (const auto& range : box.range()) {
        if (!seen.insert(range.variable()).second)
            found.push_back(
                {&range, "variable", -1,
                 fmt::format("a second range of '{}'; a box has one per variable", range.variable())});
        if (!(range.min() < range.max()))
            found.push_back({&range, "min", -1,
                             fmt::format("the box runs from {} to {} in '{}'; max must be above min",
                                         range.min(), range.max(), range.variable())});
    }
}

}  // namespace

void box_contradictions(const config::Config& config, std::vector<Contradiction>& found) {
    std::set<std::string> seen;
    for (const auto& box : config.box()) {
        if (std::ranges::none_of(config.chain(), [&](const auto& c) { return c.name() == box.chain(); }))
            found.push_back({&box, "chain", -1, fmt::format("there is no chain '{}'", box.chain())});
        if (!seen.insert(box.chain()).second)
            found.push_back({&box, "chain", -1, fmt::format("a second box of chain '{}'", box.chain())});
        ranges(box, found);
    }
}

}  // namespace spillgate::proto

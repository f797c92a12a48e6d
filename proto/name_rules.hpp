// Rules that all configurations share.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "proto/config_rules.hpp"

namespace spillgate::proto {

// Every name in a list once, and not empty.
template <class List>
void names_are_unique(const List& list, std::string_view what, std::vector<Contradiction>& found) {
    std::set<std::string> seen;
    for (const auto& item : list) {
        if (item.name().empty())
            found.push_back({&item, "name", -1, fmt::format("the name of a {} is empty", what)});
        else if (!seen.insert(item.name()).second)
            found.push_back({&item, "name", -1,
                             fmt::format("a second {} named '{}'; names must differ", what, item.name())});
    }
}

}  // namespace spillgate::proto

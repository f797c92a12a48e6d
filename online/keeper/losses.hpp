// Everything that did not arrive where it should have, by the name under which it is counted.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "online/snapshot.hpp"

namespace spillgate::online {

struct Loss {
    std::string where;  // the daemon's name, or "online"
    std::string name;   // "lost-disk", "truncated", "dropped: recorder" …
    std::uint64_t value = 0;
};

// Since the run began, each name once for each place. What never happened is left out.
std::vector<Loss> losses_of(const Snapshot& snapshot);

}  // namespace spillgate::online

// What the newest snapshot says, as named quantities: for history and alarms.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "online/keeper/quantity.hpp"
#include "online/snapshot.hpp"

namespace spillgate::online {

// Whether the lead says that a run goes on.
bool in_run(const Snapshot& snapshot);

// What can be told from one snapshot alone. `now_s`: UTC, for the silence of daemons.
Quantities quantities_of(const Snapshot& snapshot, double now_s);

// What needs the snapshots before: rates of losses in the last minute, and when the disk will be full by what
// it lost in the last ten. Memory: a minute of losses by name, 600 figures of the disk.
class QuantityRates {
  public:
    Quantities of(const Snapshot& snapshot, double now_s);

  private:
    using Key = std::pair<std::string, std::string>;  // where, name
    struct Counted {
        std::uint64_t newest = 0;
        std::deque<std::pair<double, std::uint64_t>> grown;  // when, by how many
    };
    void count(const Snapshot& snapshot, double now_s);
    Quantity time_to_full(const Snapshot& snapshot, double now_s);

    std::map<Key, Counted> losses_;
    std::set<std::string, std::less<>>
        heard_;  // who has been heard before: what it counted until then is no rate
    std::deque<std::pair<double, double>> disk_;  // UTC, free bytes
};

}  // namespace spillgate::online

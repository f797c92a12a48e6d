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

// What needs the snapshots before: rates of losses and shares of dead time in the last minute. Memory: a
// minute of losses by name and of windows.
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
    void dead_shares(const Snapshot& snapshot, double now_s, Quantities& out);

    std::map<Key, Counted> losses_;
    std::set<std::string, std::less<>>
        heard_;       // who has been heard before: what it counted until then is no rate
    struct Windows {  // a run's ledger, in ticks
        double utc_s = 0;
        std::uint32_t run = 0;
        std::int64_t in_time = 0, in_time_dead = 0;
        std::int64_t anti_coincident = 0, anti_coincident_dead = 0;
    };
    std::deque<Windows> windows_;  // of one run
};

}  // namespace spillgate::online

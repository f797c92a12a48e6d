// Alarms in the desk database: how they stand, so that they outlive a restart, and every change of state.
#pragma once

#include <cstdint>
#include <vector>

#include "online/alarms/alarm_table.hpp"
#include "online/keeper/database.hpp"

namespace spillgate::online {

struct AlarmEventRow {
    std::int64_t number = 0;  // ascends
    Transition transition;
};

class AlarmJournal {  // one thread at a time; the database must outlive it
  public:
    static constexpr std::size_t max_limit = 500;

    explicit AlarmJournal(Database& desk) : desk_(&desk) {}

    proto::Result<std::vector<Alarm>> load();
    // Changes of state, and how the alarms that changed stand now; all or nothing. Errors: DISK_FULL, IO …
    proto::Status record(const std::vector<Transition>& transitions, const AlarmTable& table);
    // Newest first; before = 0: from the newest.
    proto::Result<std::vector<AlarmEventRow>> events(std::int64_t before, std::size_t limit);

  private:
    Database* desk_;
};

}  // namespace spillgate::online

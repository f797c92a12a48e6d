// When the disk that a daemon records to is full, and what to say of it: the one definition for the light,
// the page, the history and the alarm.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

#include <boost/json/object.hpp>

#include "online/run/health.hpp"
#include "online/snapshot.hpp"

namespace spillgate::online {

// A disk that is full earlier than this is warned of.
inline constexpr double disk_soon_full_s = 3600;

// Full is where runs end: at storage.stop_below_bytes. The rate is what the disk has lost in the last ten
// minutes, whoever wrote it, so that daemons that share a disk say the same. Memory: two figures a second at
// most.
class DiskWatch {  // of one daemon, by one thread
  public:
    static constexpr double window_s = 600;
    static constexpr double shortest_s = 10;  // before that a rate would be a guess

    // `at_s`: of a clock that does not jump. Of figures that come faster than twice a second some are left
    // out.
    void take(double at_s, std::uint64_t free_bytes);
    // Seconds from the newest figure on; 0: it is full. Nothing while it does not fill, and in the first
    // shortest_s.
    std::optional<double> full_in_s(std::uint64_t stop_below_bytes) const;

  private:
    std::deque<std::pair<double, std::uint64_t>> free_;  // when, bytes
};

// Whether the daemon says how much is free.
bool tells_disk(const wire::DaemonStatus& status);

// Of a daemon that has been heard, as it said last.
Light disk_light_of(const DaemonView& daemon, const config::Storage& storage);

// {"state": "good", "reason", "free_bytes", "total_bytes", "full_in_s", "stop_below_bytes", "directory"};
// null for what is not known.
boost::json::object disk_json(const DaemonView& daemon, const config::Storage& storage);

}  // namespace spillgate::online

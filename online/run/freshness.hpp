// How long what a daemon has said is taken for what it is: the one definition for history, alarms and
// metrics.
#pragma once

#include "online/snapshot.hpp"

namespace spillgate::online {

inline constexpr double fresh_s = 10;  // a heartbeat comes each second

// Whether its status is there and was heard of lately. `now_s`: UTC.
inline bool is_fresh(const DaemonView& daemon, double now_s) {
    return daemon.status && now_s - static_cast<double>(daemon.heard_utc_ns) * 1e-9 < fresh_s;
}

}  // namespace spillgate::online

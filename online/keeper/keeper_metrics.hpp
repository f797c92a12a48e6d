// How the keeper fares, in Prometheus' text format: docs/console/metrics.md.
#pragma once

#include <string>

#include "online/alarms/webhooks.hpp"
#include "online/keeper/keeper_account.hpp"
#include "online/keeper/records.hpp"
#include "online/worker.hpp"

namespace spillgate::online {

struct KeeperState {
    const KeeperAccount* account = nullptr;  // null: the keeper has not been there yet
    const AlarmsShown* alarms = nullptr;     // null: no alarm has been judged yet
    Worker::Counts tasks;
    Webhooks::Counts webhooks;
};

std::string keeper_metrics_text(const KeeperState& state, double utc_s);

}  // namespace spillgate::online

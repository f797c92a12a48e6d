// One daemon's status → JSON, as docs/console/api.md describes it.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "proto/schema/control.pb.h"
#include "proto/schema/slow_control.pb.h"

namespace spillgate::online {

// `slow_control`: of the configuration in use, for the limits of slow values.
boost::json::object daemon_json(const wire::DaemonStatus& status, const config::SlowControl& slow_control);

// null: the run has none.
boost::json::value limits_json(const wire::RunLimits& limits);

}  // namespace spillgate::online

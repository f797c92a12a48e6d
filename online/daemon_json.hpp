// One daemon's status → JSON, as docs/console/api.md describes it.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "proto/schema/control.pb.h"

namespace spillgate::online {

boost::json::object daemon_json(const wire::DaemonStatus& status);

// null: the run has none.
boost::json::value limits_json(const wire::RunLimits& limits);

}  // namespace spillgate::online

// Shifts as JSON, as docs/console/shift.md describes it.
#pragma once

#include <span>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "online/shift/calibration_age.hpp"
#include "online/shift/on_call.hpp"
#include "online/shift/shift.hpp"

namespace spillgate::online {

boost::json::object shift_json(const Shift& shift);
// Of shifts that have one.
boost::json::object handover_json(const Shift& shift);
// {"now": […], "later": […], "gap": {"from_utc_s", "to_utc_s"}}; `by_begin`: as OnCalls::from gives them.
boost::json::object on_call_json(std::span<const OnCall> by_begin, std::int64_t utc_ns);
boost::json::object calibration_json(const CalibrationAge& age, double allowed_days);

}  // namespace spillgate::online

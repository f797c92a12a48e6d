// When a run has done what it was started for: its limits, and how far it has come.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "proto/result.hpp"
#include "proto/schema/control.pb.h"
#include "proto/schema/run.pb.h"

namespace spillgate::daq {

// The stop reason of a run that ended at a limit.
inline constexpr const char* target_reached = "target-reached";

// What limits are judged by.
struct RunCourse {
    double seconds = 0;        // since the first slot, pauses included
    std::uint64_t spills = 0;  // by the lead's ledger, as are
    double protons = 0;        // delivered on our target: measured and estimated charge
    std::uint64_t bytes = 0;   // on disk, of all daemons
};

// Of the lead, whose status has those of its followers; what a follower says of another run does not count.
RunCourse course_of(const wire::DaemonStatus& lead);

bool has_limit(const wire::RunLimits& limits);

// Errors: REFUSED, naming the limit: negative, not a number, infinite; `restart` without any limit.
proto::Status check_limits(const wire::RunLimits& limits, bool restart);

// The first limit, in the schema's order, that the run has reached, in words: "3600 s (limit 3600 s)".
// A limit of 0 is none and is never reached.
std::optional<std::string> reached(const wire::RunLimits& limits, const RunCourse& course);

// "3600 s, 1e+18 protons"; "none".
std::string limits_text(const wire::RunLimits& limits);

// What is left to go until each limit: "1200 s, 3.1e+17 protons". Nothing is left of one that is reached: "0
// s".
std::string remaining_text(const wire::RunLimits& limits, const RunCourse& course);

}  // namespace spillgate::daq

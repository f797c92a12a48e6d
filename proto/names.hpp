// Run types and states by the names that people read and write: "beam-off", "running". In the schema's own
// namespace, so that a plain name_of(value) finds them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "proto/schema/control.pb.h"
#include "proto/schema/run.pb.h"

namespace spillgate::wire {

std::string_view name_of(RunType type);  // "unspecified" for RUN_TYPE_UNSPECIFIED and unknown numbers
std::optional<RunType> run_type_from_name(std::string_view name);
std::string run_type_names();  // all that a run can have, with commas

// The first line of a text that people wrote, with … if there is more of it: for tables.
std::string first_line(std::string_view text);

std::string_view name_of(State state);             // "unknown" for a number of a later version
std::string_view name_of(SlowValue::State state);  // "ok", "warn", "alarm"; "stale" for all else

}  // namespace spillgate::wire

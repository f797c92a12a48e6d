// Files in a run's directory beside its messages and its description.
#pragma once

#include <string_view>

namespace spillgate::proto {

// Slow values over the course of the run, as text (docs/slow-control.md). Absent where none are configured.
inline constexpr std::string_view slow_control_record_name = "slow-control.csv";

}  // namespace spillgate::proto

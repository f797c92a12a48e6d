// What is known of a slow value, and how it is judged.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "proto/schema/control.pb.h"
#include "proto/schema/slow_control.pb.h"

namespace spillgate::daq {

// How bad the source itself says it is (EPICS severities minor and major).
enum class SourceAlarm : std::uint8_t { NONE, MINOR, MAJOR };

// A copy of what a source last said.
struct SlowReading {
    std::optional<double> value;    // absent: the source never said, or says that it does not know
    std::int64_t value_utc_ns = 0;  // of the value, as its source has it; 0: unknown
    SourceAlarm alarm = SourceAlarm::NONE;
    std::optional<std::chrono::duration<double>> age;  // since it was last known to be true
    std::string trouble;                               // what keeps the source from saying more, in words
};

using SlowState = wire::SlowValue::State;

// STALE without a value or older than stale_s; else by the worse of limits and source. A value on a limit is
// still within it. No hysteresis: the state follows from this reading alone.
SlowState state_of(const config::SlowValue& value, const SlowReading& reading);

// Where the value comes from: "epics PV", "csv FILE COLUMN", "http".
std::string source_text(const config::SlowValue& value);

}  // namespace spillgate::daq

// Times and stretches of time as people write them, in UTC.
#pragma once

#include <string>

#include "proto/result.hpp"

namespace spillgate::daq {

double utc_now_s();

// "2026-11-29", "2026-11-29T02:00" or with seconds, a blank or Z allowed; or UTC in seconds. Errors: CONFIG.
proto::Result<double> utc_in(const std::string& text);

struct UtcRange {
    double from_s = 0, to_s = 0;  // from < to
};

struct AskedRange {
    std::string from, to;  // as utc_in reads them; `to` empty: now
    double last_s = 3600;  // if `from` is empty
};

// Errors: CONFIG (no times, or no range).
proto::Result<UtcRange> range_of(const AskedRange& asked);

}  // namespace spillgate::daq

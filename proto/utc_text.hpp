// Points in time as people read them.
#pragma once

#include <cstdint>
#include <ctime>
#include <string>

#include <fmt/chrono.h>

namespace spillgate::proto {

// "2026-11-29 02:15:40", UTC.
inline std::string utc_text(std::int64_t utc_ns) {
    return fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::gmtime(static_cast<std::time_t>(utc_ns / 1'000'000'000)));
}

}  // namespace spillgate::proto

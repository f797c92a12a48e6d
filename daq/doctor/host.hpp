// The host as the doctor's checks see it. Files of /proc and /sys are read below a root, so that tests can
// put up a host of their own.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "proto/result.hpp"

namespace spillgate::daq::doctor {

// adjtimex(2).
struct KernelClock {
    bool synchronised = false;
    double estimated_error_s = 0;
};

struct Host {
    std::string root;  // before "/proc/…" and "/sys/…"; empty on a real host
    std::function<proto::Result<KernelClock>()> clock;

    static Host real();

    // A whole file of at most 1 MiB. Errors: NOT_FOUND, IO; the message names file and reason.
    proto::Result<std::string> read(const std::string& path) const;
    // A file that holds one whole number. Errors: also CORRUPT.
    proto::Result<std::uint64_t> read_number(const std::string& path) const;
};

// A network, or one host, and the interface that leads there (/proc/net/route).
struct Route {
    std::string interface;
    std::uint32_t destination = 0;  // host byte order
    std::uint32_t gateway = 0;      // 0: none
    std::uint32_t mask = 0;
};

// The route of the longest mask; loopback addresses lead to "lo". Errors: CONFIG (not an IPv4 address),
// NOT_FOUND (no route), IO.
proto::Result<Route> route_to(const Host& host, const std::string& ipv4);

}  // namespace spillgate::daq::doctor

// Takes data as in the hall: spillgate-daq, spillgate-online and, where a device is emulated,
// spillgate-emulator, each a process of its own.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "proto/result.hpp"
#include "proto/schema/run.pb.h"
#include "tests/bench/bench.hpp"

namespace spillgate::bench {

// In a configuration: where the temporary folder's path goes.
inline constexpr std::string_view folder_mark = "@folder@";

struct DataTaking {
    // Configuration of spillgate-emulator; empty: none is needed.
    std::string emulator;
    // That of the daemon and of online; `ports` are those of the emulated devices, in their order.
    std::function<std::string(std::span<const std::string> ports)> config;
    bool online = true;  // with spillgate-online
    double seconds = 60;
    double bytes_per_second = 0;  // to disk, for the space that must be free
};

// What a program needed while data were taken.
struct Cost {
    double cores = 0;            // CPU time per time
    double megabytes_early = 0;  // resident after the first minute, or at the end if that is sooner
    double megabytes = 0;        // … and at the end
};

struct Taken {
    // Quantiles in ms, one per minute: end of a slot's last window → its candidates in online, and verdict →
    // live histogram.
    struct Latency {
        std::vector<double> p50, p99, p999;
    };
    Latency candidates;
    Latency histogram;
    wire::LedgerTotals ledger;
    Cost daq, online, emulator;
    std::string counters;  // of daemon and devices, that are not 0, in words
    double steal = 0;      // of the CPU, by other guests of the host
    double seconds = 0;
};

// In a temporary folder that is removed afterwards. Errors: DISK_FULL, what the programs said; REFUSED if a
// slot is not complete or if anything was lost on its way.
proto::Result<Taken> take_data(const Options& options, const DataTaking& what);

}  // namespace spillgate::bench

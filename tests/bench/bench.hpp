// Benchmarks: each name of bench.sh is a row that one of the functions below measures. Speeds are medians,
// and ratios to a reference that is measured in the same run.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "proto/result.hpp"

namespace spillgate::bench {

struct Row {
    std::string name;
    double value = 0;
    std::string unit;
    std::optional<double> reference;  // in the same unit, measured in the same run
    std::string conditions;           // what was measured against what, and what disturbed it
};

struct Options {
    double seconds = 600;               // how long the latency benchmarks take data
    std::filesystem::path programs;     // folder of spillgate-daq, spillgate-online …
    std::filesystem::path source_root;  // of the repository, for config/
    std::filesystem::path data;         // folder of the published data
};

// Errors: what the measured code said; REFUSED if a measurement lost data that it may not lose.
using Measurement = proto::Result<std::vector<Row>> (*)(const Options&);

struct Benchmark {
    std::vector<std::string_view> names;  // the rows that it gives
    std::string_view goal;                // what to reach, for the table
    Measurement measure;
};

std::span<const Benchmark> all_benchmarks();

proto::Result<std::vector<Row>> pmt_full_chain(const Options& options);
proto::Result<std::vector<Row>> hpge_full_chain(const Options& options);
proto::Result<std::vector<Row>> record_and_publish(const Options& options);
proto::Result<std::vector<Row>> udp_four_modules(const Options& options);
proto::Result<std::vector<Row>> latency_nominal(const Options& options);
proto::Result<std::vector<Row>> latency_udp(const Options& options);
proto::Result<std::vector<Row>> reprocess(const Options& options);
proto::Result<std::vector<Row>> csi_prediction(const Options& options);
proto::Result<std::vector<Row>> csi_fit(const Options& options);
proto::Result<std::vector<Row>> csi_profile(const Options& options);
proto::Result<std::vector<Row>> fc_toys(const Options& options);
proto::Result<std::vector<Row>> compression(const Options& options);
// The console at the nominal load, in a real browser (tests/e2e/bench_console.mjs).
proto::Result<std::vector<Row>> console_browser(const Options& options);
proto::Result<std::vector<Row>> console_latency(const Options& options);
proto::Result<std::vector<Row>> console_extra_client(const Options& options);
proto::Result<std::vector<Row>> console_heap(const Options& options);
proto::Result<std::vector<Row>> console_hostile(const Options& options);

}  // namespace spillgate::bench

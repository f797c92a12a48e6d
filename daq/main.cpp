// spillgate-daq: the readout daemon.
#include <cstdio>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include "daq/config_check.hpp"
#include "daq/daemon.hpp"
#include "daq/warm_memory.hpp"
#include "proto/ending_signals.hpp"
#include "proto/names.hpp"
#include "proto/software_version.hpp"

namespace {

using namespace spillgate;

constexpr int success = 0;
constexpr int failed = 1;
constexpr int wrong_usage = 2;

int fail(int status, const std::string& message) {
    fmt::print(stderr, "spillgate-daq: {}\n", message);
    return status;
}

int run(int argc, char** argv) {
    CLI::App app{"The readout daemon: digitizers -> spill gate -> run files and ZeroMQ.", "spillgate-daq"};
    app.set_version_flag("--version", proto::software_version());
    app.footer(
        "Example: spillgate-daq --config config/demo.txtpb --start physics\n"
        "Runs are started and stopped with spillgate-ctl or on the console. SIGINT and SIGTERM end a run\n"
        "cleanly. Exit status: 0 success, 1 failed, 2 wrong usage or configuration.");
    std::string config_path;
    std::string type_name;
    daq::DaemonOptions options;
    bool check_only = false;
    app.add_option("--config", config_path, "configuration (protobuf text format)")->required();
    app.add_option("--daemon", options.daemon,
                   "which of the configuration's daemons to be; default: the lead");
    app.add_option("--start", type_name,
                   fmt::format("start a run of this type at once: {}", wire::run_type_names()));
    app.add_option("--runtime-dir", options.runtime_dir,
                   "directory of sockets, instead of network.runtime_dir");
    app.add_option("--runs-dir", options.runs_dir, "directory of runs, instead of storage.runs_dir");
    app.add_flag("--check", check_only, "check the configuration and exit");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? success : wrong_usage;
    }

    std::optional<wire::RunType> start;
    if (!type_name.empty()) {
        start = wire::run_type_from_name(type_name);
        if (!start)
            return fail(wrong_usage,
                        fmt::format("'{}' is no run type; allowed: {}", type_name, wire::run_type_names()));
    }
    auto loaded = proto::load_config(config_path);
    if (!loaded) return fail(wrong_usage, loaded.error().message);
    if (auto status = daq::check_config(loaded->config, options.daemon); !status)
        return fail(wrong_usage, fmt::format("{}: {}", config_path, status.error().message));
    if (check_only) {
        fmt::print("{} is valid, sha256 {}\n", config_path, loaded->sha256);
        return success;
    }

    // After a second one the run is aborted, and readable up to its last whole block.
    const auto& caught_signal = proto::catch_ending_signals();
    auto daemon = daq::Daemon::create(std::move(*loaded), options);
    if (!daemon)
        return fail(daemon.error().kind == proto::ErrorKind::CONFIG ? wrong_usage : failed,
                    daemon.error().message);
    if (auto status = (*daemon)->run(caught_signal, start); !status)
        return fail(failed, status.error().message);
    return success;
}

}  // namespace

int main(int argc, char** argv) {
    spillgate::daq::keep_memory_warm();
    spdlog::set_default_logger(spdlog::stderr_color_mt("daq"));
    spdlog::set_pattern("%Y-%m-%d %H:%M:%S.%e %n %^%l%$ %v");
    try {
        return run(argc, argv);
    } catch (const std::exception& e) {
        return fail(failed, e.what());
    }
}

// spillgate-emulator: stands in for the hardware, over its own protocols. Everything it says is SIMULATED.
#include <cstdio>
#include <fstream>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <poll.h>

#include "hw/emulator/emulation.hpp"
#include "proto/emulator_loader.hpp"
#include "proto/ending_signals.hpp"
#include "proto/software_version.hpp"

namespace {

using namespace spillgate;

constexpr int success = 0;
constexpr int failed = 1;
constexpr int wrong_usage = 2;

int fail(int status, const std::string& message) {
    fmt::print(stderr, "spillgate-emulator: {}\n", message);
    return status;
}

int fail(const proto::Error& error) {
    return fail(error.kind == proto::ErrorKind::CONFIG ? wrong_usage : failed, error.message);
}

proto::Status write_endpoints(const std::string& path, const hw::emulator::Emulation& emulation) {
    if (path.empty()) return {};
    // Whoever waits for the file must find it whole.
    const std::string partial = path + ".partial";
    std::ofstream file(partial, std::ios::trunc);
    for (const auto& service : emulation.services())
        file << service->name() << ' ' << service->endpoint() << '\n';
    file.close();
    if (!file || std::rename(partial.c_str(), path.c_str()) != 0)
        return proto::error(proto::ErrorKind::IO, fmt::format("cannot write {}", path), errno);
    return {};
}

void print_statistics(const hw::emulator::Emulation& emulation) {
    for (const auto& service : emulation.services()) {
        fmt::print("SIMULATED {} {}:", service->kind(), service->name());
        for (const auto& statistic : service->statistics())
            if (statistic.value != 0) fmt::print(" {} {}", statistic.name, statistic.value);
        fmt::print("\n");
    }
}

int serve(const config::Emulator& config, const std::string& endpoints_path) {
    auto emulation = hw::emulator::Emulation::create(config);
    if (!emulation) return fail(emulation.error());
    const auto& caught_signal = proto::catch_ending_signals();
    if (auto status = (*emulation)->start(); !status) return fail(status.error());
    for (const auto& service : (*emulation)->services())
        fmt::print("SIMULATED {} {} at {}\n", service->kind(), service->name(), service->endpoint());
    std::fflush(stdout);
    if (auto status = write_endpoints(endpoints_path, **emulation); !status) return fail(status.error());
    while (caught_signal == 0)
        ::poll(nullptr, 0, 200);  // a signal ends it at once
    const auto status = (*emulation)->stop();
    print_statistics(**emulation);
    return status ? success : fail(status.error());
}

int run(int argc, char** argv) {
    CLI::App app{
        "Stands in for digitizers and beam services on loopback, over their own protocols. SIMULATED.",
        "spillgate-emulator"};
    app.set_version_flag("--version", proto::software_version());
    app.footer(
        "Example: spillgate-emulator --config config/demo-emulator.txtpb\n"
        "SIGINT and SIGTERM end it. Exit status: 0 success, 1 failed, 2 wrong usage or configuration.");
    std::string config_path;
    std::string endpoints_path;
    bool check_only = false;
    app.add_option("--config", config_path, "configuration (protobuf text format)")->required();
    app.add_option("--ports-file", endpoints_path,
                   "write a line NAME ADDRESS:PORT of each device to this file");
    app.add_flag("--check", check_only, "check the configuration and exit");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? success : wrong_usage;
    }
    const auto config = proto::load_emulator(config_path);
    if (!config) return fail(wrong_usage, config.error().message);
    if (check_only) {
        fmt::print("{} is valid\n", config_path);
        return success;
    }
    return serve(*config, endpoints_path);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& e) {
        return fail(failed, e.what());
    }
}

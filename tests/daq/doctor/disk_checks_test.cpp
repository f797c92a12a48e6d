#include "daq/doctor/disk_checks.hpp"

#include <filesystem>

#include <catch2/catch.hpp>
#include <sys/stat.h>

#include "daq/doctor/report.hpp"
#include "daq/doctor/service_checks.hpp"
#include "tests/daq/scratch_directory.hpp"

using namespace spillgate;
using daq::doctor::Verdict;

namespace {

// Two channels of 1 μs at 250 MS/s, at 60 Hz; the third triggers itself.
config::Config two_channels() {
    config::Config config;
    config.mutable_facility()->set_repetition_hz(60);
    config.mutable_gate()->set_mode(config::Gate::BEAM_TRIGGERED);
    auto& board = *config.add_board();
    board.set_id(0);
    board.set_sample_rate_mhz(250);
    auto& all = *board.mutable_sis3316()->add_input();
    all.set_record_ns(1000);
    auto& third = *board.mutable_sis3316()->add_input();
    third.add_channel(2);
    third.set_record_ns(5000);
    third.set_external_trigger(false);
    third.set_self_trigger(true);
    for (std::uint32_t i = 0; i < 3; ++i)
        config.add_channel()->set_channel(i);
    return config;
}

}  // namespace

TEST_CASE("the expected rate is that of the channels which the common trigger records") {
    auto config = two_channels();
    auto rate = daq::doctor::expected_rate(config, {0});
    CHECK(rate.bytes_per_s == Approx(2 * 250 * 2 * 60));
    CHECK(rate.missing == "channels that trigger themselves");
    CHECK(daq::doctor::expected_rate(config, {1}).bytes_per_s == 0);
    config.mutable_channel(0)->set_policy(config::Channel::EVERY_NTH);
    config.mutable_channel(0)->set_every_nth(10);
    config.mutable_channel(1)->set_policy(config::Channel::PULSES);
    rate = daq::doctor::expected_rate(config, {0});
    CHECK(rate.bytes_per_s == Approx(0.1 * 250 * 2 * 60));
    CHECK(rate.missing == "channels kept as pulses, channels that trigger themselves");
    config.mutable_board(0)->mutable_sis3316()->mutable_input(0)->set_enabled(false);
    CHECK(daq::doctor::expected_rate(config, {0}).bytes_per_s == 0);
    config.mutable_gate()->set_mode(config::Gate::FREE_RUNNING);
    CHECK(daq::doctor::expected_rate(config, {0}).missing == "a gate without marks");
}

TEST_CASE("the disk's speed is measured against the expected rate, and nothing is left behind") {
    const test::ScratchDirectory directory;
    config::Storage storage;
    storage.set_stop_below_bytes(0);
    const auto check = [&](double bytes_per_s) {
        return daq::doctor::check_disk_speed(directory.path() + "/runs/of/tomorrow", storage,
                                             {bytes_per_s, ""});
    };
    const auto easy = check(1);
    INFO(easy.found);
    CHECK(easy.verdict == Verdict::OK);
    CHECK(easy.found.find("written and synced in " + directory.path()) != std::string::npos);
    CHECK(check(1e15).verdict == Verdict::BAD);
    CHECK(std::filesystem::is_empty(directory.path()));
    storage.set_stop_below_bytes(std::uint64_t{1} << 60);
    CHECK(check(1).verdict == Verdict::UNKNOWN);
}

TEST_CASE("free space is judged by the configuration's limits and by the hours that it lasts") {
    const test::ScratchDirectory directory;
    config::Storage storage;
    storage.set_warn_below_bytes(1);
    storage.set_stop_below_bytes(0);
    const auto check = [&](double expected, std::optional<double> present) {
        return daq::doctor::check_free_space(directory.path(), storage, {expected, ""}, present);
    };
    CHECK(check(0, {}).verdict == Verdict::OK);
    CHECK(check(1, {}).verdict == Verdict::OK);
    CHECK(check(1, {}).found.find("hours at 1 B/s (expected)") != std::string::npos);
    CHECK(check(1, 2).found.find("hours at 2 B/s (of the run in progress)") != std::string::npos);
    CHECK(check(1e15, {}).verdict == Verdict::WARN);
    storage.set_warn_below_bytes(std::uint64_t{1} << 60);
    CHECK(check(0, {}).verdict == Verdict::WARN);
    storage.set_stop_below_bytes(std::uint64_t{1} << 60);
    CHECK(check(0, {}).verdict == Verdict::BAD);
}

TEST_CASE("the directory of sockets must be closed to others") {
    const test::ScratchDirectory directory;
    CHECK(daq::doctor::check_runtime_dir(directory.path()).verdict == Verdict::OK);
    CHECK(daq::doctor::check_runtime_dir(directory.path() + "/later").verdict == Verdict::OK);
    ::chmod(directory.path().c_str(), 0755);
    const auto open = daq::doctor::check_runtime_dir(directory.path());
    CHECK(open.verdict == Verdict::BAD);
    CHECK(open.command == "chmod 0750 " + directory.path());
    CHECK_FALSE(daq::doctor::ask_daemon(directory.path(), "daq").has_value());
    CHECK(daq::doctor::check_daemon(directory.path(), "daq", {}).found ==
          "does not run in " + directory.path());
}

TEST_CASE("findings are told with advice and command, and the worst of them counts") {
    using daq::doctor::bad;
    using daq::doctor::ok;
    using daq::doctor::unknown;
    const std::vector<daq::doctor::Finding> findings{
        ok("disk", "fast"), bad("MTU", "small", "raise it", "ip link"), unknown("clock", "no file")};
    CHECK(daq::doctor::findings_table(findings) ==
          "ok      disk   fast\n"
          "bad     MTU    small\n"
          "               → raise it\n"
          "               $ ip link\n"
          "unknown clock  no file\n");
    CHECK(daq::doctor::is_any_bad(findings));
    CHECK_FALSE(daq::doctor::is_any_bad({ok("a", ""), unknown("b", "")}));
    const auto json = daq::doctor::findings_json(findings);
    CHECK(json.starts_with(R"({"verdict":"bad","findings":[{"check":"disk","verdict":"ok","found":"fast")"));
    CHECK(json.find(R"("command":"ip link")") != std::string::npos);
}

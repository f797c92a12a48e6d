#include "daq/config_check.hpp"

#include <filesystem>

#include <catch2/catch.hpp>
#include <google/protobuf/text_format.h>

#include "proto/config_loader.hpp"

using namespace spillgate;

namespace {

// Of two simulated boards under this gate; empty: it passes.
std::string refusal(const std::string& gate, const std::string& boards) {
    config::Config config;
    REQUIRE(google::protobuf::TextFormat::ParseFromString(
        "name: 'test' facility { name: 'SNS' repetition_hz: 60 } gate { " + gate + " } " + boards, &config));
    const auto checked = daq::check_config(config, "");
    if (checked) return "";
    CHECK(checked.error().kind == proto::ErrorKind::CONFIG);
    return checked.error().message;
}

const std::string one = "board { id: 0 sample_rate_mhz: 250 bits: 14 simulation {} gives_marks: true } ";
const std::string free_running = "mode: FREE_RUNNING slice_ns: 1e6";

}  // namespace

TEST_CASE("what a start would refuse of clocks, marks and windows is refused before it") {
    CHECK(refusal(free_running, one).empty());
    CHECK_THAT(refusal("mode: FREE_RUNNING", one), Catch::Contains("slice_ns"));
    CHECK_THAT(refusal("mode: SELF_TRIGGERED", one), Catch::Contains("in_time"));
    const std::string window =
        "mode: SELF_TRIGGERED in_time { pretrace_begin_ns: 0 pretrace_end_ns: 0 roi_begin_ns: 0 roi_end_ns: "
        "6000 }";
    CHECK(refusal(window, one).empty());
    CHECK_THAT(
        refusal(window, "board { id: 0 sample_rate_mhz: 250 bits: 14 simulation {} gives_marks: false }"),
        Catch::Contains("gives_marks"));
    CHECK_THAT(refusal(window, one + "board { id: 1 sample_rate_mhz: 125 bits: 14 simulation {} }"),
               Catch::Contains("share clock domain 0 but tick at"));
    CHECK_THAT(refusal(free_running,
                       one + "board { id: 1 sample_rate_mhz: 250 bits: 14 clock_domain: 1 simulation {} }"),
               Catch::Contains("do not share a clock"));
    CHECK_THAT(refusal(free_running, ""), Catch::Contains("reads no board"));
    // What is recorded decides, and it is not looked for.
    CHECK(refusal("mode: SELF_TRIGGERED", "board { id: 0 replay { path: '/nowhere' } }").empty());
}

TEST_CASE("every configuration that comes with the project can be started, as far as can be said") {
    std::size_t daemons = 0;
    for (const auto& entry : std::filesystem::directory_iterator(SPILLGATE_SOURCE_DIR "/config")) {
        if (entry.path().extension() != ".txtpb") continue;
        const auto loaded = proto::load_config(entry.path().string());
        if (!loaded) continue;  // of another program
        std::vector<std::string> names{""};
        for (const auto& daemon : loaded->config.daemon())
            names.push_back(daemon.name());
        for (const auto& name : names) {
            INFO(entry.path() << ", daemon '" << name << "'");
            ++daemons;
            const auto checked = daq::check_config(loaded->config, name);
            INFO((checked ? std::string() : checked.error().message));
            CHECK(checked.has_value());
        }
    }
    CHECK(daemons > 0);
}

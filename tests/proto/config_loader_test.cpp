#include "proto/config_loader.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

#include <catch2/catch.hpp>

using spillgate::proto::ErrorKind;
using spillgate::proto::load_config;
using spillgate::proto::parse_config;

namespace {

std::string demo_text() {
    std::ifstream file(SPILLGATE_SOURCE_DIR "/config/demo-simulation.txtpb");
    return {std::istreambuf_iterator<char>(file), {}};
}

// The demo with `from` replaced by `to` once; fails the test if `from` is not there.
std::string demo_with(const std::string& from, const std::string& to) {
    auto text = demo_text();
    const auto where = text.find(from);
    REQUIRE(where != std::string::npos);
    return text.replace(where, from.size(), to);
}

// The 1-based line on which `what` begins.
int line_of(const std::string& text, const std::string& what) {
    const auto where = text.find(what);
    REQUIRE(where != std::string::npos);
    return 1 + static_cast<int>(
                   std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(where), '\n'));
}

void refused(const std::string& text, const std::string& place, const std::string& reason) {
    const auto loaded = parse_config(text, "beam.txtpb");
    REQUIRE(loaded.has_error());
    INFO(loaded.error().message);
    CHECK(loaded.error().kind == ErrorKind::CONFIG);
    CHECK(loaded.error().message.rfind("beam.txtpb:" + place, 0) == 0);
    CHECK(loaded.error().message.find(reason) != std::string::npos);
}

}  // namespace

TEST_CASE("every configuration that is shipped loads") {
    int n = 0;
    for (const auto& entry : std::filesystem::directory_iterator(SPILLGATE_SOURCE_DIR "/config")) {
        // Emulators and consoles have schemas of their own.
        const auto stem = entry.path().stem().string();
        if (entry.path().extension() != ".txtpb" || stem.ends_with("-emulator") || stem.ends_with("-console"))
            continue;
        const auto loaded = load_config(entry.path().string());
        INFO(entry.path() << ": " << (loaded ? "" : loaded.error().message));
        CHECK(loaded.has_value());
        ++n;
    }
    CHECK(n >= 3);
}

TEST_CASE("a box is refused that no candidate or every reader could misread") {
    const std::string range = "range { variable: \"pe\" min: 2 max: 60 }";
    const auto text = demo_text();
    const auto with = [&](const std::string& box) { return text + "\nbox { " + box + " }\n"; };
    CHECK(parse_config(with("chain: \"csi\" " + range), "demo").has_value());
    const auto says = [&](const std::string& box, const std::string& reason) {
        const auto loaded = parse_config(with(box), "demo");
        REQUIRE(loaded.has_error());
        INFO(loaded.error().message);
        CHECK(loaded.error().message.find(reason) != std::string::npos);
    };
    says("chain: \"nal\" " + range, "there is no chain 'nal'");
    says("chain: \"csi\"", "no range");
    says("chain: \"csi\" " + range + range, "a second range of 'pe'");
    says("chain: \"csi\" range { variable: \"pe\" min: 60 max: 2 }", "max must be above min");
    says("chain: \"csi\" " + range + " } box { chain: \"csi\" " + range, "a second box");
}

TEST_CASE("a stored configuration has every default in it and means the same when it is read again") {
    const auto loaded = parse_config(demo_text(), "demo");
    REQUIRE(loaded.has_value());
    CHECK(loaded->effective.find("sync_ms: 250") != std::string::npos);
    CHECK(loaded->effective.find("slow_to_fast: 0.41") != std::string::npos);
    const auto again = parse_config(loaded->effective, "run.txtpb");
    REQUIRE(again.has_value());
    CHECK(again->sha256 == loaded->sha256);
    CHECK(again->sha256.size() == 64);
    const auto commented = parse_config("# another remark\n" + demo_text(), "demo");
    CHECK(commented->sha256 == loaded->sha256);
    const auto changed = parse_config(demo_with("bins: 50", "bins: 51"), "demo");
    CHECK(changed->sha256 != loaded->sha256);
}

TEST_CASE("a refusal names file, line and column, what was found and what is allowed") {
    const auto unknown = demo_with("repetition_hz: 60 ", "repetition_khz: 60 ");
    refused(unknown, std::to_string(line_of(unknown, "repetition_khz")) + ":", "repetition_khz");

    const auto type = demo_with("bins: 50", "bins: \"fifty\"");
    refused(type, std::to_string(line_of(type, "\"fifty\"")) + ":", "fifty");

    const auto high = demo_with("repetition_hz: 60 ", "repetition_hz: 6000 ");
    refused(high, std::to_string(line_of(high, "repetition_hz: 6000")) + ":3: ",
            "repetition_hz is 6000; allowed is 0.1 to 1000");

    const auto missing = demo_with("sample_rate_mhz: 500", "");
    refused(missing, std::to_string(line_of(missing, "board {")) + ":1: ",
            "sample_rate_mhz is missing; Board needs it");

    const auto twice = demo_with("bits: 8", "bits: 8 bits: 8");
    refused(twice, std::to_string(line_of(twice, "bits: 8 bits: 8")) + ":", "bits");

    refused(demo_with("jitter_ns: 25000", "jitter_ns: nan"), "", "finite");
}

TEST_CASE("an unknown field or enum value is answered with what is allowed there and the nearest word") {
    const auto field = demo_with("repetition_hz: 60 ", "repetition_khz: 60 ");
    refused(field, std::to_string(line_of(field, "repetition_khz")) + ":3: ",
            "Facility has no field repetition_khz; did you mean repetition_hz? allowed are: name, ");
    const auto nested = demo_with("threshold_adc: 4", "treshold_adc: 4");
    refused(nested, std::to_string(line_of(nested, "treshold_adc")) + ":", "did you mean threshold_adc?");
    const auto foreign = demo_with("mode: BEAM_TRIGGERED", "window: 3 mode: BEAM_TRIGGERED");
    refused(foreign, std::to_string(line_of(foreign, "window: 3")) + ":",
            "Gate has no field window; allowed are: mode, reference, ");

    // On its own line, so that what follows the value stands below it.
    const auto value = demo_with("mode: BEAM_TRIGGERED", "mode:\nBEAM_TRIGERED\n\n");
    refused(value, std::to_string(line_of(value, "BEAM_TRIGERED")) + ":1: ",
            "mode cannot be BEAM_TRIGERED; did you mean BEAM_TRIGGERED? allowed are: BEAM_TRIGGERED, "
            "SELF_TRIGGERED, STROBED, FREE_RUNNING");
    const auto role = demo_with("role: VETO", "role: XYZ");
    refused(role, std::to_string(line_of(role, "role: XYZ")) + ":",
            "role cannot be XYZ; allowed are: DETECTOR");
    const auto digit = demo_with("role: VETO", "role: 77");
    refused(digit, std::to_string(line_of(digit, "role: 77")) + ":", "role cannot be 77; allowed are: ");
}

TEST_CASE("contradictions are refused where they stand") {
    const auto daemon = demo_with("lead: true", "lead: false");
    refused(daemon, std::to_string(line_of(daemon, "daemon {")) + ":", "exactly one must be");
    refused(demo_with("board: 0 channel: 1 role: VETO", "board: 7 channel: 1 role: VETO"), "",
            "board 7, which does not exist");
    refused(demo_with("board: 0 channel: 1 role: VETO", "board: 0 channel: 0 role: VETO"), "",
            "described twice");
    refused(demo_with("chain: \"csi\"", "chain: \"lar\""), "", "there is no chain 'lar'; there are: csi");
    refused(demo_with("veto: \"muon\"", "veto: \"csi\""), "", "no channel 'csi' with role VETO");
    refused(demo_with("roi_begin_ns: 39900 roi_end_ns: 54950", "roi_begin_ns: 39900 roi_end_ns: 54952"), "",
            "not clear of the mark");
    refused(demo_with("ac_margin_ns: 0", "ac_margin_ns: 2"), "", "not clear of the mark");
    refused(demo_with("roi_begin_ns: 54950 roi_end_ns: 70000", "roi_begin_ns: 70000 roi_end_ns: 70000"), "",
            "empty");
    refused(demo_with("mode: BEAM_TRIGGERED", "mode: SELF_TRIGGERED"), "", "RECORD_BEGIN belongs to");
    refused(demo_with("mode: BEAM_TRIGGERED", "mode: FREE_RUNNING"), "", "needs slice_ns");
    refused(demo_with("selection: \"csi-2017\"", "selection: \"other\""), "",
            "there is no selection 'other'");
    refused(demo_with("name: \"t_rec\"", "name: \"pe\""), "", "a second spectrum named 'pe'");
    refused(demo_with("min: 0 max: 100", "min: 100 max: 100"), "", "max must be above min");
    refused(demo_with("{ name: \"daq\"", "{ name: \"DAQ one\""), "", "allowed are");
    refused(demo_with("target: \"Hg\"", "bunches: 2"), "", "bunch_spacing_ns");
}

TEST_CASE("slow values that could not be told apart, recorded or judged are refused") {
    const auto slow = [](const std::string& text) {
        return demo_text() + "slow_control {\n" + text + "\n}\n";
    };
    const auto line = [&](const std::string& text, const std::string& what) {
        return std::to_string(line_of(text, what)) + ":";
    };
    REQUIRE(parse_config(slow("value { name: \"hv.1\" unit: \"V\" pushed {} alarm_below: 1 warn_below: 1 "
                              "warn_above: 2 alarm_above: 2 }"),
                         "demo")
                .has_value());
    const auto twice =
        slow("value { name: \"hv\" pushed {} }\nvalue { name: \"hv\" csv { path: \"f\" column: \"c\" } }");
    refused(twice, line(twice, "value { name: \"hv\" csv"), "a second slow value named 'hv'");
    refused(slow("value { name: \"h v\" pushed {} }"), "", "a name has 1 to 64 of");
    refused(slow("value { name: \"hv\" unit: \"a,b\" pushed {} }"), "", "without comma");
    refused(slow("value { name: \"hv\" }"), "", "has no source; allowed: epics, csv, pushed");
    refused(slow("value { name: \"hv\" pushed {} warn_below: 2 warn_above: 2 }"), "",
            "warn_below = 2 and warn_above = 2; allowed: alarm_below <= warn_below < warn_above");
    refused(slow("value { name: \"hv\" pushed {} alarm_below: 3 warn_below: 2 }"), "", "alarm_below = 3");
    refused(slow("value { name: \"hv\" pushed {} alarm_above: 2 warn_above: 3 }"), "", "alarm_above = 2");
    refused(slow("http_address: \"0.0.0.0\""), "", "allowed are loopback addresses");
}

TEST_CASE("a configuration that names no daemon has one lead named daq, for every program that reads it") {
    const auto loaded = parse_config(demo_with("daemon { name: \"daq\" lead: true }", ""), "demo");
    REQUIRE(loaded.has_value());
    REQUIRE(loaded->config.daemon_size() == 1);
    CHECK(loaded->config.daemon(0).name() == "daq");
    CHECK(loaded->config.daemon(0).lead());
    CHECK(loaded->sha256 == parse_config(demo_text(), "demo")->sha256);
}

TEST_CASE("what cannot be read is refused with the reason") {
    const auto absent = load_config("/nonexistent/beam.txtpb");
    REQUIRE(absent.has_error());
    CHECK(absent.error().kind == ErrorKind::NOT_FOUND);
    CHECK(absent.error().message.find("No such file") != std::string::npos);
    CHECK(load_config("/").has_error());
    CHECK(parse_config(std::string(5 << 20, '#'), "big").has_error());
    CHECK(parse_config("", "empty").has_error());
    CHECK(parse_config(std::string("\0\xff\x01", 3), "binary").has_error());
}

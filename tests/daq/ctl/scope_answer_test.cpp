#include "daq/ctl/console/scope_answer.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "daq/ctl/console/scope_text.hpp"

using namespace spillgate;

namespace {

namespace json = boost::json;

json::object trace_of(const char* type, const char* data, int count, int step) {
    return {{"first_us", -1.0}, {"period_us", 0.5}, {"samples", 4}, {"open_samples", 4}, {"from", 1},
            {"count", count},   {"step", step},     {"type", type}, {"data", data},      {"bits", 14}};
}

json::object picture_of(json::object trace) {
    return {
        {"run", 12},
        {"slot", 4711},
        {"utc_s", 1'732'000'003.0},
        {"simulated", true},
        {"windows", json::array{json::object{{"recorded_as", "AC"},
                                             {"pretrace_us", json::array{-1.0, -0.5}},
                                             {"roi_us", json::array{-0.5, 0.5}}}}},
        {"channels", json::array{json::object{
                         {"name", "csi"},
                         {"traces", json::array{std::move(trace)}},
                         {"candidates", json::array{json::object{{"window", 0},
                                                                 {"found", true},
                                                                 {"arrival_us", 0.25},
                                                                 {"variables", json::object{{"pe", 24.1}}},
                                                                 {"quality", json::array{"muon"}}}}}}}}};
}

}  // namespace

TEST_CASE("samples are unpacked as the scope packs them") {
    // 1, -2, 3 as int16, little-endian.
    const auto trace = daq::scope_trace(trace_of("int16", "AQD+/wMA", 3, 1)).value();
    CHECK(trace.codes == std::vector<std::int64_t>{1, -2, 3});
    CHECK(trace.time_us(1) == -0.5);
    CHECK(daq::scope_trace(trace_of("uint16", "AQD+/wMA", 3, 1)).value().codes ==
          std::vector<std::int64_t>{1, 65534, 3});
    CHECK(daq::scope_trace(trace_of("int32", "AAAAgA==", 1, 1)).value().codes ==
          std::vector<std::int64_t>{-2147483648LL});
    const auto pairs = daq::points_of(daq::scope_trace(trace_of("int16", "AQD+/wMABAA=", 3, 2)).value());
    REQUIRE(pairs.size() == 2);
    CHECK(pairs[0].low == 1);
    CHECK(pairs[0].high == -2);
    CHECK(pairs[1].x == 0.5);
}

TEST_CASE("a trace that does not fit itself is refused") {
    for (const auto& trace :
         {trace_of("int16", "AQD+/wMA", 2, 1), trace_of("int16", "AQD+/wMA", 3, 0),
          trace_of("int64", "AQD+/wMA", 3, 1), trace_of("int16", "AQD+/wM", 3, 1),
          trace_of("int16", "AQD*/wMA", 3, 1), trace_of("int16", "", 1, 1), json::object{}}) {
        const auto read = daq::scope_trace(trace);
        REQUIRE_FALSE(read.has_value());
        CHECK(read.error().kind == proto::ErrorKind::CORRUPT);
        CHECK(read.error().message.find("does not fit itself") != std::string::npos);
    }
    CHECK(daq::scope_trace(trace_of("int16", "", 0, 1)).value().codes.empty());
}

TEST_CASE("a waveform's file has a row for each sample, its picture the facts and what was found") {
    const auto picture = picture_of(trace_of("int16", "AQD+/wMA", 3, 1));
    CHECK(daq::scope_csv(picture).value() ==
          "# run 12 slot 4711 SIMULATED\n# UTC 2024-11-19 07:06:43\n"
          "channel,trace,sample,time_after_t0_us,adc\n"
          "csi,1,1,-0.500000,1\ncsi,1,2,0.000000,-2\ncsi,1,3,0.500000,3\n");
    CHECK_FALSE(daq::scope_csv(picture_of(trace_of("int16", "AQD+/wMABAA=", 3, 2))).has_value());

    const auto text = daq::scope_text(picture, {60, 4}).value();
    for (const char* part : {"slot          4711 of run 12 (number -)  SIMULATED\n",
                             "channel csi\ntrace 1: 4 samples of 0.5 us, 14 bits\n", "         AC  ━━━",
                             "csi in AC: found, arrival 0.25 us; muon\n    pe 24.1\n"}) {
        CAPTURE(part, text);
        CHECK(text.find(part) != std::string::npos);
    }
}

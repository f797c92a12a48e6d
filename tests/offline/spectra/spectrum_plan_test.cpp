// What a config may ask of spectra, and what a refusal says.
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "tests/offline/spectra/window_chain.hpp"

using namespace spillgate;
using namespace spillgate::offline;
using namespace spillgate::offline::testing;

namespace {

// The message of a refusal.
std::string refusal(const std::string& text) {
    const auto engine = try_window_engine(text);
    if (engine) return "accepted";
    CHECK(engine.error().kind == proto::ErrorKind::CONFIG);
    return engine.error().message;
}

std::string one_axis(const std::string& axis, const std::string& rest = "") {
    return fmt::format(R"({} spectrum {{ name: "s" selection: "all" axis {{ {} }} {} }})", selection_all,
                       axis, rest);
}

const char* const x_axis = R"(variable: "x" bins: 10 min: 0 max: 5)";

}  // namespace

TEST_CASE("a spectrum may use any variable of its chain, in one or two dimensions") {
    CHECK(try_window_engine(one_axis(x_axis)));
    CHECK(try_window_engine(one_axis(x_axis, R"(axis { variable: "peaks" bins: 3 min: 0 max: 3 })")));
    CHECK(try_window_engine(""));
    const auto engine = window_engine(window_config(one_axis(x_axis)));
    const auto spectra = engine->make_spectra();
    const auto view = spectra->histogram(0);
    CHECK(view.channels == 2);
    CHECK(view.axes[0].label == "x");
    CHECK(view.axes[0].unit == "PE");
}

TEST_CASE("an unknown variable is refused with the names that are allowed") {
    using Catch::Contains;
    const std::string allowed = "x, y, peaks, level";
    CHECK_THAT(refusal(one_axis(R"(variable: "size" bins: 10 min: 0 max: 5)")),
               Contains("\"size\"") && Contains(allowed) && Contains("spectrum \"s\""));
    CHECK_THAT(refusal(one_axis(x_axis, R"(cut { variable: "z" min: 1 cost: EFFICIENCY })")),
               Contains("\"z\"") && Contains(allowed));
    CHECK_THAT(refusal(R"(selection { name: "s" cut { variable: "z" min: 1 cost: EXPOSURE } })"),
               Contains("selection \"s\"") && Contains(allowed));
}

TEST_CASE("a cut that costs exposure is refused on what exists only for candidates") {
    using Catch::Contains;
    CHECK_THAT(refusal(R"(selection { name: "s" cut { variable: "x" min: 1 cost: EXPOSURE } })"),
               Contains("\"x\"") && Contains("allowed for EXPOSURE: peaks, level") && Contains("EFFICIENCY"));
    CHECK_THAT(refusal(one_axis(x_axis, R"(cut { variable: "peaks" max: 1 cost: EXPOSURE })")),
               Contains("belong into its selection"));
}

TEST_CASE("axes and cuts that cannot hold anything are refused") {
    using Catch::Contains;
    CHECK_THAT(refusal(one_axis(R"(variable: "x" bins: 10 min: 5 max: 5)")),
               Contains("min must be less than max"));
    CHECK_THAT(refusal(one_axis(R"(variable: "x" bins: 10 min: 5 max: 1)")),
               Contains("min must be less than max"));
    CHECK_THAT(refusal(one_axis(R"(variable: "x" bins: 10 min: 0 max: inf)")), Contains("finite"));
    CHECK_THAT(refusal(one_axis(R"(variable: "x" bins: 10 min: nan max: 1)")), Contains("finite"));
    CHECK_THAT(refusal(one_axis(R"(variable: "x" bins: 0 min: 0 max: 1)")), Contains("1 to 100000"));
    CHECK_THAT(refusal(one_axis(R"(variable: "x" bins: 50000 min: 0 max: 1)",
                                R"(axis { variable: "y" bins: 50000 min: 0 max: 1 })")),
               Contains("16777216"));
    CHECK_THAT(refusal(one_axis(x_axis, R"(cut { variable: "x" min: 2 max: 2 cost: EFFICIENCY })")),
               Contains("min must be less than max"));
    CHECK_THAT(refusal(one_axis(x_axis, R"(cut { variable: "x" cost: EFFICIENCY })")),
               Contains("neither min nor max"));
}

TEST_CASE("a spectrum has one or two axes") {
    using Catch::Contains;
    CHECK_THAT(refusal(std::string(selection_all) + R"(spectrum { name: "s" selection: "all" })"),
               Contains("0 axes") && Contains("one or two"));
    const std::string axis = fmt::format(" axis {{ {} }} ", x_axis);
    CHECK_THAT(refusal(one_axis(x_axis, axis + axis)), Contains("3 axes"));
}

TEST_CASE("names that are used twice, do not exist or cannot name a group are refused") {
    using Catch::Contains;
    CHECK_THAT(refusal(one_axis(x_axis) +
                       fmt::format(R"(spectrum {{ name: "s" selection: "all" axis {{ {} }} }})", x_axis)),
               Contains("\"s\" is defined twice"));
    CHECK_THAT(refusal(std::string(selection_all) + selection_all), Contains("\"all\" is defined twice"));
    CHECK_THAT(refusal(R"(chain { name: "w" })"), Contains("chains"));
    CHECK_THAT(refusal(R"(channel { name: "a" board: 9 channel: 9 })"), Contains("\"a\" is defined twice"));
    CHECK_THAT(refusal(fmt::format(R"(spectrum {{ name: "s" selection: "none" axis {{ {} }} }})", x_axis)),
               Contains("no selection \"none\"") && Contains("defined: none"));
    CHECK_THAT(refusal(one_axis(x_axis, R"(channel: "v")")), Contains("\"v\"") && Contains("allowed: a, b"));
    CHECK_THAT(refusal(one_axis(x_axis, R"(channel: "a" channel: "a")")), Contains("named twice"));
    CHECK_THAT(refusal(fmt::format(R"({} spectrum {{ name: "a/b" selection: "all" axis {{ {} }} }})",
                                   selection_all, x_axis)),
               Contains("\"a/b\"") && Contains("letters"));
    CHECK_THAT(refusal(R"(channel { name: "c" board: 9 channel: 9 chain: "q" })"),
               Contains("no chain \"q\"") && Contains("defined: w"));
    CHECK_THAT(refusal(R"(channel { name: "c" board: 9 channel: 9 chain: "w" veto: "q" })"),
               Contains("veto \"q\""));
}

TEST_CASE("unknown quality names are refused with those that are allowed") {
    using Catch::Contains;
    CHECK_THAT(refusal(R"(selection { name: "s" reject_quality: "odd" })"), Contains("allowed: bad, muon"));
    CHECK_THAT(refusal(R"(selection { name: "s" reject_slot_quality: "odd" })"),
               Contains("no-beam, vetoed, charge-missing"));
}

TEST_CASE("the engine's hash follows what decides histograms and nothing else") {
    const auto config = window_config(one_axis(x_axis));
    const auto hash_of = [](const config::Config& c) { return window_engine(c)->hash(); };
    const auto hash = hash_of(config);
    CHECK(hash.size() == 64);
    auto same = config;
    same.set_description("another text");
    same.mutable_network()->set_http_port(1234);
    CHECK(hash_of(same) == hash);
    auto other_bins = config;
    other_bins.mutable_spectrum(0)->mutable_axis(0)->set_bins(11);
    CHECK(hash_of(other_bins) != hash);
    auto other_chain = config;
    other_chain.mutable_chain(0)->mutable_pmt()->set_threshold_adc(5);
    CHECK(hash_of(other_chain) != hash);
    auto other_selection = config;
    other_selection.mutable_selection(0)->add_reject_quality("bad");
    CHECK(hash_of(other_selection) != hash);
}

#include "online/shift/calibration_age.hpp"

#include <catch2/catch.hpp>
#include <google/protobuf/text_format.h>

#include "tests/online/synthetic_config.hpp"

using namespace spillgate;
using online::age_of;
using online::CalibrationAge;
using online::CalibrationKind;
using State = online::CalibrationAge::State;

namespace {

constexpr double now_s = 1'795'903'200;  // 2026-11-28 22:00:00 UTC
constexpr double day_s = 86400;

std::int64_t days_from_now(double days) {
    return static_cast<std::int64_t>((now_s + days * day_s) * 1e9);
}

// A PMT with its partner in the chain "csi", a germanium detector in "ge", and a veto without a chain.
struct Bench {
    Bench() {
        constexpr const char* text = R"(
            channel { name: "left" chain: "csi" partner: "right" }
            channel { name: "right" }
            channel { name: "muon" }
            channel { name: "ge1" chain: "ge" }
            chain { name: "csi" pmt {} }
            chain { name: "ge" hpge {} })";
        REQUIRE(google::protobuf::TextFormat::ParseFromString(text, &loaded.config));
        loaded.sha256 = "abc";
    }
    void spe(const std::string& channel, double from_days, double to_days) {
        auto& slice = *loaded.config.mutable_chain(0)->mutable_pmt()->add_spe_slice();
        if (!channel.empty()) slice.set_channel(channel);
        slice.set_valid_from_utc_ns(days_from_now(from_days));
        slice.set_valid_to_utc_ns(days_from_now(to_days));
    }
    void energy(double from_days, double to_days) {
        auto& slice = *loaded.config.mutable_chain(1)->mutable_hpge()->add_slice();
        slice.set_channel("ge1");
        slice.set_valid_from_utc_ns(days_from_now(from_days));
        slice.set_valid_to_utc_ns(days_from_now(to_days));
    }
    online::Snapshot snapshot() const {
        online::Snapshot shown;
        shown.config = std::make_shared<const proto::LoadedConfig>(loaded);
        shown.daemons.push_back({"daq", true, 0, std::make_shared<wire::DaemonStatus>(status)});
        return shown;
    }
    CalibrationAge of(CalibrationKind kind, double allowed_days = 7) const {
        const auto shown = snapshot();
        return age_of(kind, &shown, allowed_days, now_s);
    }

    proto::LoadedConfig loaded;
    wire::DaemonStatus status;
};

}  // namespace

TEST_CASE("the oldest channel says how old a calibration is, and whether that is too old") {
    Bench bench;
    bench.spe("left", -3, 100);
    bench.spe("right", -6.5, 100);
    auto age = bench.of(CalibrationKind::SPE);
    CHECK(age.state == State::FRESH);
    CHECK(age.age_days == Approx(6.5));
    CHECK(age.reason == "6.5 days old (right)");
    CHECK(age.measured_utc_ns == days_from_now(-6.5));
    REQUIRE(age.channels.size() == 2);  // the veto is calibrated by nothing
    age = bench.of(CalibrationKind::SPE, 6);
    CHECK(age.state == State::OLD);
    CHECK(age.reason == "6.5 days old (right), older than 6 days");
}

TEST_CASE("a calibration that is missing, of another channel or in the future is none, never of age zero") {
    Bench bench;
    auto age = bench.of(CalibrationKind::SPE);
    CHECK(age.state == State::NONE);
    CHECK_FALSE(age.age_days.has_value());
    CHECK_FALSE(age.measured_utc_ns.has_value());
    CHECK(age.reason.find("no SPE calibration of left") != std::string::npos);
    bench.spe("left", -1, 100);
    bench.spe("right", 1, 100);
    age = bench.of(CalibrationKind::SPE);
    CHECK(age.state == State::NONE);
    CHECK_FALSE(age.age_days.has_value());
    CHECK(age.reason.find("of right") != std::string::npos);
    CHECK(bench.of(CalibrationKind::ENERGY).state == State::NONE);
}

TEST_CASE(
    "what holds now is what counts, and what held last still has its age, and it is said that it has ended") {
    Bench bench;
    bench.spe("", -20, 100);  // of every channel, as the engine takes it
    bench.spe("left", -9, -8);
    CHECK(bench.of(CalibrationKind::SPE, 30).age_days == Approx(20));
    bench.energy(-12, -5);
    bench.energy(-5, -1);
    const auto age = bench.of(CalibrationKind::ENERGY, 30);
    CHECK(age.state == State::ENDED);
    CHECK(age.age_days == Approx(5));
    CHECK(age.reason ==
          "that of ge1 held until 2026-11-27 22:00:00 UTC: since then the configuration's constant is used");
    bench.energy(-1, 1);
    CHECK(bench.of(CalibrationKind::ENERGY, 30).age_days == Approx(1));
    CHECK(bench.of(CalibrationKind::ENERGY, 30).state == State::FRESH);
}

TEST_CASE("what this configuration does not calibrate is not missing, and of another one nothing is known") {
    Bench bench;
    bench.spe("", -1, 100);
    bench.loaded.config.mutable_chain()->RemoveLast();
    CHECK(bench.of(CalibrationKind::ENERGY).state == State::NOT_USED);
    CHECK(bench.of(CalibrationKind::ENERGY).channels.empty());
    bench.status.set_config_sha256("abc");
    CHECK(bench.of(CalibrationKind::SPE).state == State::FRESH);
    bench.status.set_config_sha256("def");
    CHECK(bench.of(CalibrationKind::SPE).state == State::UNKNOWN);
    CHECK_FALSE(bench.of(CalibrationKind::SPE).age_days.has_value());
    CHECK(age_of(CalibrationKind::SPE, nullptr, 7, now_s).state == State::UNKNOWN);
}

TEST_CASE("ages are quantities of the history: without a value where they are not known") {
    Bench bench;
    bench.energy(-2, 100);
    auto quantities = online::calibration_quantities(bench.snapshot(), now_s);
    REQUIRE(quantities.size() == 2);
    CHECK(quantities[0].name == "calibration.spe_age_days");
    CHECK_FALSE(quantities[0].value.has_value());
    CHECK(quantities[1].name == "calibration.energy_age_days");
    CHECK(quantities[1].unit == "d");
    CHECK(quantities[1].value == Approx(2));
    online::Snapshot shown;
    shown.config = std::make_shared<const proto::LoadedConfig>(test::demo_config());
    quantities = online::calibration_quantities(shown, now_s);
    REQUIRE(quantities.size() == 1);  // no germanium there
    CHECK(quantities[0].name == "calibration.spe_age_days");
}

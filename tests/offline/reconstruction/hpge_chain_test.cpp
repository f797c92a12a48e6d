// The HPGe chain from record to candidate.
#include <cmath>
#include <random>

#include <catch2/catch.hpp>

#include "offline/reconstruction/hpge/pole_zero.hpp"
#include "tests/data/allocation_count.hpp"
#include "tests/offline/reconstruction/hpge_record.hpp"

using namespace spillgate;
using namespace spillgate::offline;
using test::flat;
using test::hpge_quality;
using test::hpge_value;
using test::RecordBuilder;

namespace {

constexpr std::size_t samples = 600;
constexpr std::int32_t level = 2000;
constexpr double period_ns = 4;

// One trace of the detector from t0 on, with a free window whose roi is [roi_begin, roi_end).
proto::SpillRecord record_of(const test::Codes& codes, std::int64_t roi_begin = 200,
                             std::int64_t roi_end = 500, proto::Encoding encoding = test::hpge_encoding) {
    RecordBuilder builder(250e6);
    builder.add_trace(0, 0, codes, encoding);
    builder.add_window(wire::FREE, 0, 200, roi_begin, roi_end);
    return builder.record;
}

Candidate only(const config::Config& config, const proto::SpillRecord& record) {
    const auto candidates = test::reconstruct(config, record);
    REQUIRE(candidates.size() == 1);
    return candidates.front();
}

test::Codes one_step(double height = 1000, std::size_t start = 300) {
    auto codes = flat(samples, level);
    test::add_step(codes, start, height);
    return codes;
}

std::string refusal(const config::Config& config) {
    const auto chain = make_chain(config.chain(0), config);
    if (chain) return "";
    CHECK(chain.error().kind == proto::ErrorKind::CONFIG);
    return chain.error().message;
}

}  // namespace

TEST_CASE("an exponential step has its height as energy, wherever the trapezoid is read") {
    const auto candidate = only(test::hpge_config(), record_of(one_step()));
    REQUIRE(candidate.found);
    // Half a code of rounding in every sample averages out over the 60 of the trapezoid.
    CHECK(hpge_value(candidate, "energy_adc") == Approx(1000).margin(0.6));
    CHECK(hpge_value(candidate, "energy_max_adc") == Approx(1000).margin(0.6));
    CHECK(hpge_value(candidate, "energy_kev") == hpge_value(candidate, "energy_adc"));
    CHECK(hpge_value(candidate, "baseline_adc") == level);
    CHECK(hpge_value(candidate, "baseline_rms_adc") == 0);
    CHECK(hpge_value(candidate, "baseline_slope_adc_per_us") == 0);
    CHECK(candidate.quality == 0);
}

TEST_CASE("the fraction of a pulse that decays in a sample is that of an exponential to the last digits") {
    for (const double ratio : {1e-7, 5e-5, 1e-3, 0.05, 0.0626, 0.3, 1.0, 7.5, 40.0})
        CHECK(hpge::decay_fraction(ratio) == Approx(-std::expm1(-ratio)).epsilon(2e-15));
    CHECK(hpge::decay_fraction(1e6) == 1);
}

TEST_CASE("t0 is where the short trapezoid passes the threshold, in fractions of a sample") {
    // The step rises by 100 a sample: the average of four is 25 at its first sample, 0 before it.
    const auto candidate = only(test::hpge_config(), record_of(one_step()));
    CHECK(hpge_value(candidate, "t_rec_ns") == Approx((299 + 10 / 25.0 - 200) * period_ns));
    auto delayed = test::hpge_config();
    delayed.mutable_chain(0)->mutable_hpge()->set_beam_delay_ns(100);
    CHECK(hpge_value(only(delayed, record_of(one_step())), "t_rec_ns") ==
          Approx((299 + 10 / 25.0 - 200) * period_ns - 100));
}

TEST_CASE("time points, rise and current are those of a linear rise") {
    const auto candidate = only(test::hpge_config(), record_of(one_step()));
    const double t0 = 299.4;
    const double energy = hpge_value(candidate, "energy_adc");
    for (const auto& [name, fraction] : {std::pair{"t10_ns", 0.1}, {"t50_ns", 0.5}, {"t90_ns", 0.9}})
        CHECK(hpge_value(candidate, name) ==
              Approx((299 + fraction * energy / 100 - t0) * period_ns).margin(0.1));
    CHECK(hpge_value(candidate, "t10_90_ns") == Approx(0.8 * 10 * period_ns).margin(0.1));
    CHECK(hpge_value(candidate, "current_adc") == Approx(100).margin(0.5));
    CHECK(hpge_value(candidate, "a_over_e") == hpge_value(candidate, "current_adc") / energy);
}

TEST_CASE("a stored word gives the same candidate with sign, shift and polarity") {
    const auto expected = only(test::hpge_config(), record_of(one_step()));
    auto negative = test::hpge_config();
    negative.mutable_chain(0)->mutable_hpge()->set_positive_pulses(false);
    auto signed_codes = one_step();
    auto falling = one_step();
    for (auto& code : signed_codes)
        code -= 4000;
    for (auto& code : falling)
        code = 5000 - code;
    const auto with_sign = only(test::hpge_config(), record_of(signed_codes, 200, 500, {14, true, 2}));
    const auto down = only(negative, record_of(falling, 200, 500, {14, false, 2}));
    for (const auto& candidate : {with_sign, down})
        for (const auto* name : {"t_rec_ns", "current_adc", "roi_step_adc", "baseline_rms_adc"})
            CHECK(hpge_value(candidate, name) == hpge_value(expected, name));
    CHECK(hpge_value(with_sign, "energy_adc") == Approx(hpge_value(expected, "energy_adc")).epsilon(1e-12));
    CHECK(hpge_value(with_sign, "baseline_adc") == level - 4000);
    CHECK(hpge_value(down, "baseline_adc") == 5000 - level);
}

TEST_CASE("the baseline's slope and rms are those of its samples, with the sign of the codes") {
    auto codes = flat(samples, level);
    for (std::size_t i = 0; i < samples; ++i)
        codes[i] -= static_cast<std::int32_t>(i / 2);
    const auto candidate = only(test::hpge_config(), record_of(codes));
    CHECK_FALSE(candidate.found);
    CHECK(hpge_value(candidate, "baseline_adc") == Approx(level - 24.5));
    CHECK(hpge_value(candidate, "baseline_slope_adc_per_us") == Approx(-0.5 * 1e3 / period_ns).epsilon(1e-3));
    CHECK(hpge_value(candidate, "baseline_rms_adc") == Approx(50 / std::sqrt(12)).epsilon(1e-2));
    CHECK(std::isnan(hpge_value(candidate, "energy_adc")));
}

TEST_CASE("a pulse belongs to the window that its t0 lies in, to exactly one of two neighbours") {
    for (std::size_t start = 290; start < 310; ++start) {
        RecordBuilder builder(250e6);
        builder.add_trace(0, 0, one_step(1000, start), test::hpge_encoding);
        builder.add_window(wire::ANTI_COINCIDENT, 0, 200, 200, 300);
        builder.add_window(wire::IN_TIME, 0, 200, 300, 500);
        const auto candidates = test::reconstruct(test::hpge_config(), builder.record);
        CHECK(candidates[0].found == (start <= 300));
        CHECK(candidates[1].found == (start > 300));
    }
}

TEST_CASE("a smaller pulse in the roi is found behind a larger one that began before it") {
    auto codes = one_step(3000, 195);
    test::add_step(codes, 400, 200);
    const auto candidate = only(test::hpge_config(), record_of(codes));
    REQUIRE(candidate.found);
    CHECK(hpge_value(candidate, "energy_adc") == Approx(200).margin(1));
}

TEST_CASE("a second pulse makes pile-up, after t0 or where the energy trapezoid reads before it") {
    const auto with = [](std::size_t second, double height) {
        auto codes = one_step(1000, 300);
        test::add_step(codes, second, height);
        return only(test::hpge_config(), record_of(codes, 290, 400));
    };
    CHECK(hpge_quality(with(420, 100), "pile-up"));
    CHECK(hpge_quality(with(560, 100), "pile-up"));
    CHECK(hpge_quality(with(250, 100), "pile-up"));
    CHECK_FALSE(hpge_quality(with(420, 10), "pile-up"));
    CHECK_FALSE(hpge_quality(with(120, 100), "pile-up"));
}

TEST_CASE("a pulse under the energy threshold is no candidate, but its window knows its step") {
    auto config = test::hpge_config();
    config.mutable_chain(0)->mutable_hpge()->set_energy_threshold_adc(60);
    const auto candidate = only(config, record_of(one_step(50)));
    CHECK_FALSE(candidate.found);
    CHECK(hpge_value(candidate, "roi_step_adc") > 30);
    CHECK(hpge_value(candidate, "pretrace_step_adc") == 0);
}

TEST_CASE("overflow is a code at either end of the encoding, or beyond what the config says") {
    auto codes = one_step();
    codes[5] = 16383;
    CHECK(hpge_quality(only(test::hpge_config(), record_of(codes)), "overflow"));
    codes[5] = 0;
    CHECK(hpge_quality(only(test::hpge_config(), record_of(codes)), "overflow"));
    codes[5] = level;
    CHECK_FALSE(hpge_quality(only(test::hpge_config(), record_of(codes)), "overflow"));
    auto config = test::hpge_config();
    config.mutable_chain(0)->mutable_hpge()->set_overflow_high(2990);
    CHECK(hpge_quality(only(config, record_of(codes)), "overflow"));
    config.mutable_chain(0)->mutable_hpge()->set_overflow_high(3100);
    config.mutable_chain(0)->mutable_hpge()->set_overflow_low(level);
    CHECK(hpge_quality(only(config, record_of(codes)), "overflow"));
}

TEST_CASE("a trace that is too short for the chain says so and gives no candidate") {
    for (const std::size_t length : {0, 1, 50, 99, 140}) {
        INFO(length);
        const auto candidate = only(test::hpge_config(), record_of(flat(length, level)));
        CHECK_FALSE(candidate.found);
        CHECK(hpge_quality(candidate, "short-trace"));
    }
    // Long enough for the filters, but the energy of this pulse is taken after its end.
    auto codes = one_step(1000, 300);
    codes.resize(370);
    const auto candidate = only(test::hpge_config(), record_of(codes));
    CHECK_FALSE(candidate.found);
    CHECK(hpge_quality(candidate, "short-trace"));
}

TEST_CASE("a pulse that began before the short trapezoid's first value has no t0") {
    auto codes = flat(samples, level);
    test::add_step(codes, 20, 1000);
    const auto candidate = only(test::hpge_config(), record_of(codes, 0, 500));
    CHECK_FALSE(candidate.found);
    CHECK(hpge_quality(candidate, "short-trace"));
}

TEST_CASE("self-triggered traces: the first with a pulse decides, each on its own baseline") {
    RecordBuilder builder(250e6);
    builder.add_trace(0, 0, flat(samples, 3000), test::hpge_encoding);
    builder.add_trace(0, 1000, one_step(300), test::hpge_encoding);
    builder.add_trace(0, 2000, one_step(4000), test::hpge_encoding);
    builder.add_window(wire::IN_TIME, 0, 200, 200, 3000);
    const auto candidate = only(test::hpge_config(), builder.record);
    REQUIRE(candidate.found);
    CHECK(hpge_value(candidate, "energy_adc") == Approx(300).margin(1));
    CHECK(hpge_value(candidate, "baseline_adc") == level);
    CHECK(hpge_value(candidate, "roi_step_adc") > 2500);
    CHECK(candidate.quality == 0);
}

TEST_CASE("a reduced trace gives no candidate, a beam-triggered window without a trace says so") {
    auto record = record_of(one_step());
    record.traces[0].flags = proto::TRACE_REDUCED;
    const auto reduced = only(test::hpge_config(), record);
    CHECK_FALSE(reduced.found);
    CHECK(hpge_quality(reduced, "reduced-trace"));
    auto config = test::hpge_config();
    config.mutable_gate()->set_mode(config::Gate::BEAM_TRIGGERED);
    RecordBuilder empty(250e6);
    empty.add_window(wire::IN_TIME, 0, 200, 200, 500);
    CHECK(hpge_quality(only(config, empty.record), "no-trace"));
    CHECK(hpge_quality(only(config, record_of(one_step(), 200, 700)), "short-trace"));
}

TEST_CASE("a muon on the veto channel is counted before the pulse as t_rec is") {
    RecordBuilder builder(250e6);
    builder.add_trace(0, 0, one_step(), test::hpge_encoding);
    auto muon = flat(samples, 1000);
    for (std::size_t i = 250; i < 260; ++i)
        muon[i] -= 50;
    builder.add_trace(1, 0, muon, test::hpge_encoding);
    builder.add_window(wire::IN_TIME, 0, 200, 200, 500);
    const auto candidate = only(test::hpge_config(), builder.record);
    CHECK(hpge_quality(candidate, "muon"));
    CHECK(hpge_value(candidate, "muon_onset_us") == Approx(50 * period_ns * 1e-3));
    CHECK(hpge_value(candidate, "since_muon_us") == Approx(49.4 * period_ns * 1e-3));
}

TEST_CASE("a slice's constants hold from its begin to before its end, for its channel") {
    auto config = test::hpge_config();
    auto& hpge = *config.mutable_chain(0)->mutable_hpge();
    hpge.set_kev_per_adc(2);
    auto& slice = *hpge.add_slice();
    slice.set_channel("ge");
    slice.set_valid_from_utc_ns(1000);
    slice.set_valid_to_utc_ns(2000);
    slice.set_kev_offset(5);
    slice.set_kev_per_adc(3);
    slice.set_kev_per_adc2(0.25);
    slice.set_decay_ns(40000);
    auto record = record_of(one_step());
    for (const auto& [utc_ns, inside] : {std::pair{999, false}, {1000, true}, {1999, true}, {2000, false}}) {
        record.utc_ns = utc_ns;
        const auto candidate = only(config, record);
        const double e = hpge_value(candidate, "energy_adc");
        CHECK(hpge_value(candidate, "energy_kev") ==
              Approx(inside ? 5 + 3 * e + 0.25 * e * e : 2 * e).epsilon(1e-14));
        INFO(e);
        CHECK((e > 1001) == inside);  // the wrong decay constant overcorrects
    }
}

TEST_CASE("an HPGe chain that does not fit its channels is refused with the reason") {
    const auto config = test::hpge_config();
    CHECK(refusal(config).empty());
    auto changed = config;
    changed.mutable_board(0)->set_bits(8);
    CHECK_THAT(refusal(changed), Catch::Contains("'ge'") && Catch::Contains("8 bits"));
    changed = config;
    changed.mutable_channel(0)->set_policy(config::Channel::PULSES);
    CHECK_THAT(refusal(changed), Catch::Contains("PULSES"));
    changed = config;
    changed.mutable_channel(0)->set_policy(config::Channel::EVERY_NTH);
    changed.mutable_channel(0)->set_every_nth(10);
    CHECK_THAT(refusal(changed), Catch::Contains("EVERY_NTH"));
    changed = config;
    changed.mutable_chain(0)->mutable_hpge()->set_rise_ns(200000);
    CHECK_THAT(refusal(changed), Catch::Contains("rise_ns") && Catch::Contains("131068"));
    changed = config;
    changed.mutable_chain(0)->mutable_hpge()->set_pile_up_after_ns(50);
    CHECK_THAT(refusal(changed), Catch::Contains("pile_up_after_ns"));

    changed = config;
    changed.mutable_gate()->set_mode(config::Gate::BEAM_TRIGGERED);
    changed.mutable_gate()->set_reference(config::Gate::RECORD_BEGIN);
    auto& bounds = *changed.mutable_gate()->mutable_in_time();
    bounds.set_roi_begin_ns(300);
    bounds.set_roi_end_ns(2000);
    CHECK_THAT(refusal(changed), Catch::Contains("in-time") && Catch::Contains("400 ns before"));
    bounds.set_roi_begin_ns(400);
    CHECK(refusal(changed).empty());
    changed.mutable_board(0)->mutable_simulation()->set_record_ns(2100);
    CHECK_THAT(refusal(changed), Catch::Contains("2100"));
}

TEST_CASE("slices that overlap, leave a gap, hold at no time or name another channel are refused") {
    const auto with = [](std::initializer_list<std::array<std::int64_t, 2>> slices,
                         const std::string& channel = "ge") {
        auto config = test::hpge_config();
        for (const auto& [from, to] : slices) {
            auto& slice = *config.mutable_chain(0)->mutable_hpge()->add_slice();
            slice.set_channel(channel);
            slice.set_valid_from_utc_ns(from);
            slice.set_valid_to_utc_ns(to);
            slice.set_kev_per_adc(1);
        }
        return refusal(config);
    };
    CHECK(with({{20, 30}, {10, 20}}).empty());
    CHECK_THAT(with({{10, 20}, {19, 30}}), Catch::Contains("overlap") && Catch::Contains("19"));
    CHECK_THAT(with({{10, 20}, {21, 30}}), Catch::Contains("gap") && Catch::Contains("21"));
    CHECK_THAT(with({{10, 10}}), Catch::Contains("no time"));
    CHECK_THAT(with({{10, 20}}, "other"), Catch::Contains("'other'"));
}

TEST_CASE("nothing is allocated per HPGe window once a worker is warm") {
    const auto config = test::hpge_config();
    auto codes = one_step();
    test::add_step(codes, 450, 300);
    RecordBuilder builder(250e6);
    builder.add_trace(0, 0, codes, test::hpge_encoding);
    builder.add_trace(1, 0, flat(samples, 1000), test::hpge_encoding);
    builder.add_window(wire::ANTI_COINCIDENT, 0, 200, 200, 350);
    builder.add_window(wire::IN_TIME, 0, 200, 350, 500);
    const auto worker = make_chain(config.chain(0), config).value()->make_worker();
    const std::vector<std::uint32_t> detector{0};
    const std::vector<ChannelTraces> veto{{1, {1}}};
    std::vector<Candidate> out;
    worker->reconstruct({builder.record, 0, detector, veto, {}}, out);
    out.clear();
    const auto before = tests::allocations();
    worker->reconstruct({builder.record, 0, detector, veto, {}}, out);
    CHECK(tests::allocations() == before);
    REQUIRE(out.size() == 2);
    CHECK((out[0].found && out[1].found));
}

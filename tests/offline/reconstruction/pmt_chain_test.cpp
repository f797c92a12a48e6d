// The PMT chain from record to candidate.
#include <cmath>
#include <random>

#include <catch2/catch.hpp>

#include "tests/data/allocation_count.hpp"
#include "tests/offline/reconstruction/pmt_record.hpp"

using namespace spillgate;
using namespace spillgate::offline;
using test::flat;
using test::has_quality;
using test::RecordBuilder;
using test::value;

namespace {

constexpr std::size_t record_samples = 35000;
constexpr std::int32_t level = 100;

// Three samples of depth 10 from `first` on: charge 30, region [first − 2, first + 4].
void add_peak(test::Codes& codes, std::size_t first, std::int32_t depth = 10) {
    for (std::size_t i = first; i < first + 3; ++i)
        codes[i] = level - depth;
}

// Data set 1's windows over a whole record, t0 at its first sample.
proto::SpillRecord csi_record(const test::Codes& csi, const test::Codes& muon) {
    RecordBuilder builder;
    builder.add_trace(0, 0, csi);
    builder.add_trace(1, 0, muon);
    builder.add_window(wire::ANTI_COINCIDENT, 250, 19950, 19950, 27475);
    builder.add_window(wire::IN_TIME, 7775, 27475, 27475, 35000);
    return builder.record;
}

std::vector<Candidate> of(const test::Codes& csi, const test::Codes& muon = flat(record_samples, 0)) {
    return test::reconstruct(test::beam_triggered_config(), csi_record(csi, muon));
}

}  // namespace

TEST_CASE("a window of its own roi begin gives arrival, charge, peaks and rise times") {
    auto codes = flat(record_samples, level);
    add_peak(codes, 1000);
    add_peak(codes, 28002);
    add_peak(codes, 28102);
    add_peak(codes, 29500);  // onset 1500 after arrival: not of this window
    const auto candidates = of(codes);
    REQUIRE(candidates.size() == 2);

    const auto& in_time = candidates[1];
    CHECK(in_time.kind == wire::IN_TIME);
    REQUIRE(in_time.found);
    CHECK(in_time.quality == 0);
    CHECK(value(in_time, "t_rec_ns") == (28000 - 27475) * 2.0);
    CHECK(value(in_time, "t_rec_us") == Approx(1.05));
    CHECK(value(in_time, "charge_adc") == 60);
    CHECK(value(in_time, "pe") == 1);
    CHECK(value(in_time, "n_peaks") == 2);
    CHECK(value(in_time, "peak_adc") == 10);
    CHECK(value(in_time, "t50_ns") == 2 * 4.0);
    CHECK(value(in_time, "t0_50_ns") == value(in_time, "t50_ns"));
    CHECK(value(in_time, "t10_ns") == Approx(2 * 1.6));
    CHECK(value(in_time, "t90_ns") == Approx(2 * 103.4));
    CHECK(value(in_time, "t10_90_ns") == Approx(2 * 101.8));
    CHECK(value(in_time, "pretrace_peaks") == 0);
    CHECK(value(in_time, "roi_peaks") == 3);
    CHECK(value(in_time, "baseline_adc") == level);
    CHECK(value(in_time, "n_muons") == 0);
    CHECK(std::isnan(value(in_time, "muon_onset_us")));
    CHECK(std::isinf(value(in_time, "since_muon_us")));

    const auto& ac = candidates[0];
    CHECK(ac.kind == wire::ANTI_COINCIDENT);
    CHECK_FALSE(ac.found);
    CHECK(value(ac, "pretrace_peaks") == 1);
    CHECK(value(ac, "baseline_adc") == level);
    CHECK(std::isnan(value(ac, "pe")));
}

TEST_CASE("the arrival is the first peak whose region begins in the roi, a straddling peak is not") {
    auto codes = flat(record_samples, level);
    add_peak(codes, 27476);  // region begins at 27474, onset 27476
    add_peak(codes, 27477 + 40);
    const auto candidate = of(codes)[1];
    REQUIRE(candidate.found);
    CHECK(value(candidate, "t_rec_ns") == 2 * 40.0);
    CHECK(value(candidate, "roi_peaks") == 2);  // by onset
    CHECK(value(candidate, "n_peaks") == 1);
    CHECK(value(candidate, "charge_adc") == 30);

    auto exact = flat(record_samples, level);
    add_peak(exact, 27477);
    CHECK(value(of(exact)[1], "t_rec_ns") == 0);
}

TEST_CASE("an arrival needs its integration window before the roi's end") {
    auto codes = flat(record_samples, level);
    add_peak(codes, 33499 + 2);
    CHECK(of(codes)[1].found);
    auto late = flat(record_samples, level);
    add_peak(late, 33500 + 2);
    CHECK_FALSE(of(late)[1].found);
    add_peak(late, 33600);
    CHECK_FALSE(of(late)[1].found);
}

TEST_CASE("a peak belongs to the pretrace by its onset") {
    auto codes = flat(record_samples, level);
    add_peak(codes, 27474);  // onset 27474: still pretrace
    auto candidate = of(codes)[1];
    CHECK(value(candidate, "pretrace_peaks") == 1);
    CHECK(value(candidate, "roi_peaks") == 0);
    codes = flat(record_samples, level);
    add_peak(codes, 27475);
    candidate = of(codes)[1];
    CHECK(value(candidate, "pretrace_peaks") == 0);
    CHECK(value(candidate, "roi_peaks") == 1);
}

TEST_CASE("a gate that closes or opens within the record sets linear-gate, one that does both does not") {
    auto codes = flat(record_samples, level);
    for (std::size_t i = 30000; i < record_samples; ++i)
        codes[i] = 17;
    CHECK(has_quality(of(codes)[0], "linear-gate"));
    CHECK(has_quality(of(codes)[1], "linear-gate"));
    for (std::size_t i = 34000; i < record_samples; ++i)
        codes[i] = 18;
    CHECK_FALSE(has_quality(of(codes)[1], "linear-gate"));
    CHECK(has_quality(of(flat(record_samples, 49))[1], "linear-gate"));
    CHECK_FALSE(has_quality(of(flat(record_samples, 50))[1], "linear-gate"));
}

TEST_CASE("overflow is a raw code at either end of the encoding anywhere, before correction") {
    CHECK(has_quality(of(flat(record_samples, level, {{34999, -128}}))[0], "overflow"));
    CHECK(has_quality(of(flat(record_samples, level, {{0, 127}}))[1], "overflow"));
    CHECK_FALSE(has_quality(of(flat(record_samples, level, {{0, 126}, {1, -127}}))[1], "overflow"));
    // On the veto channel it is a large muon.
    CHECK_FALSE(
        has_quality(of(flat(record_samples, level), flat(record_samples, 0, {{5, -128}}))[1], "overflow"));
}

TEST_CASE("a muon is three samples of ten on the veto channel, its onsets counted as t_rec is") {
    auto muon = flat(record_samples, 0);
    for (const std::size_t first : {std::size_t{27475}, std::size_t{28475}})
        for (std::size_t i = first; i < first + 3; ++i)
            muon[i] = -10;
    muon[100] = muon[101] = -50;  // two samples are none
    auto codes = flat(record_samples, level);
    add_peak(codes, 28977);
    const auto candidate = of(codes, muon)[1];
    CHECK(has_quality(candidate, "muon"));
    CHECK(value(candidate, "n_muons") == 2);
    CHECK(value(candidate, "muon_onset_us") == 0);
    CHECK(value(candidate, "last_muon_onset_us") == Approx(2.0));
    CHECK(value(candidate, "since_muon_us") == Approx(1.0));
    CHECK(value(of(codes, muon)[0], "muon_onset_us") == Approx((27475 - 19950) * 2e-3));
}

TEST_CASE("the beam delay is taken off t_rec in both kinds of window") {
    auto config = test::beam_triggered_config();
    config.mutable_chain(0)->mutable_pmt()->set_beam_delay_ns(300);
    auto codes = flat(record_samples, level);
    add_peak(codes, 20002);
    add_peak(codes, 28002);
    const auto candidates = test::reconstruct(config, csi_record(codes, flat(record_samples, 0)));
    CHECK(value(candidates[0], "t_rec_ns") == 50 * 2 - 300);
    CHECK(value(candidates[1], "t_rec_ns") == 525 * 2 - 300);
}

TEST_CASE("the local baseline is taken off every sample of the charge") {
    auto config = test::beam_triggered_config();
    config.mutable_chain(0)->mutable_pmt()->set_variant(config::PmtChain::LOCAL_BASELINE);
    auto codes = flat(record_samples, level);
    for (std::size_t i = 27000; i < record_samples; ++i)
        codes[i] = level - 1;
    add_peak(codes, 28002);
    auto candidate = test::reconstruct(config, csi_record(codes, flat(record_samples, 0)))[1];
    CHECK(value(candidate, "local_baseline_adc") == 1);
    CHECK(value(candidate, "charge_adc") == 4 + 30 - 7);  // region of 7 samples
    CHECK(value(candidate, "peak_adc") == 9);
    config.mutable_chain(0)->mutable_pmt()->set_variant(config::PmtChain::MEDIAN);
    candidate = test::reconstruct(config, csi_record(codes, flat(record_samples, 0)))[1];
    CHECK(value(candidate, "charge_adc") == 34);
    CHECK(std::isnan(value(candidate, "local_baseline_adc")));
}

TEST_CASE("the conditional mean sees a pulse on a drifting baseline, with its own margins") {
    auto config = test::beam_triggered_config();
    config.mutable_chain(0)->mutable_pmt()->set_variant(config::PmtChain::CONDITIONAL_MEAN);
    auto codes = flat(record_samples, level);
    for (std::size_t i = 20000; i < record_samples; ++i)
        codes[i] = level - static_cast<std::int32_t>((i - 20000) / 1000);  // 1 code per 1000 samples
    for (std::size_t i = 28903; i < 28906; ++i)
        codes[i] -= 20;
    const auto candidate = test::reconstruct(config, csi_record(codes, flat(record_samples, 0)))[1];
    REQUIRE(candidate.found);
    CHECK(value(candidate, "t_rec_ns") == 2.0 * (28900 - 27475));
    CHECK(value(candidate, "n_peaks") == 1);
    CHECK(value(candidate, "charge_adc") == Approx(60));
    CHECK(value(candidate, "pretrace_peaks") == 0);
}

TEST_CASE("self-triggered traces: the first arrival over them in time order, each on its own baseline") {
    auto config = test::self_triggered_config();
    auto* pmt = config.mutable_chain(0)->mutable_pmt();
    pmt->set_baseline_ns(200);
    pmt->set_integration_ns(400);
    const proto::Encoding shifted{14, false, 2};
    RecordBuilder builder(250e6);
    auto first = flat(300, 8000);
    auto second = flat(300, 7990);
    for (std::size_t i = 100; i < 110; ++i) {
        first[i] = 7900;
        second[i] = 7800;
    }
    builder.add_trace(0, -5000, flat(300, 8001), shifted);
    builder.add_trace(0, 1000, first, shifted);
    builder.add_trace(0, 3000, second, shifted);
    builder.add_window(wire::IN_TIME, -6000, 0, 0, 20000);
    auto candidate = test::reconstruct(config, builder.record)[0];
    REQUIRE(candidate.found);
    CHECK(candidate.quality == 0);
    CHECK(value(candidate, "t_rec_ns") == 1098 * 4.0);
    CHECK(value(candidate, "charge_adc") == 1000);
    CHECK(value(candidate, "baseline_adc") == 8000);
    CHECK(value(candidate, "roi_peaks") == 2);

    // The same samples unshifted give the same candidate.
    RecordBuilder plain(250e6);
    plain.add_trace(0, -5000, flat(300, 8001), {14, false, 0});
    plain.add_trace(0, 1000, first, {14, false, 0});
    plain.add_trace(0, 3000, second, {14, false, 0});
    plain.add_window(wire::IN_TIME, -6000, 0, 0, 20000);
    CHECK(value(test::reconstruct(config, plain.record)[0], "charge_adc") == 1000);

    // A window that holds only the later trace.
    builder.record.windows[0].traces = {2};
    candidate = test::reconstruct(config, builder.record)[0];
    CHECK(value(candidate, "charge_adc") == 1900);
    CHECK(value(candidate, "t_rec_ns") == 3098 * 4.0);

    // An empty window is a window without a candidate, not a bad one.
    builder.record.windows[0].traces.clear();
    candidate = test::reconstruct(config, builder.record)[0];
    CHECK_FALSE(candidate.found);
    CHECK(candidate.quality == 0);
}

TEST_CASE("a trace that ends inside the integration window makes the window short-trace") {
    auto config = test::self_triggered_config();
    RecordBuilder builder(250e6);
    auto codes = flat(300, 8000);
    for (std::size_t i = 100; i < 110; ++i)
        codes[i] = 7900;
    builder.add_trace(0, 1000, codes, {14, false, 0});
    builder.add_window(wire::IN_TIME, 0, 0, 0, 20000);
    const auto candidate = test::reconstruct(config, builder.record)[0];
    REQUIRE(candidate.found);
    CHECK(has_quality(candidate, "short-trace"));
    CHECK(value(candidate, "charge_adc") == 1000);
}

TEST_CASE("a beam-triggered window without a trace over all of it says so") {
    const auto config = test::beam_triggered_config();
    RecordBuilder builder;
    builder.add_trace(0, 0, flat(30000, level));
    builder.add_window(wire::ANTI_COINCIDENT, 250, 19950, 19950, 27475);
    builder.add_window(wire::IN_TIME, 7775, 27475, 27475, 35000);
    auto candidates = test::reconstruct(config, builder.record);
    CHECK_FALSE(has_quality(candidates[0], "short-trace"));
    CHECK(has_quality(candidates[1], "short-trace"));
    builder.record.windows[1].traces.clear();
    CHECK(has_quality(test::reconstruct(config, builder.record)[1], "no-trace"));
}

TEST_CASE("an SPE slice holds from its begin to before its end, for its channel") {
    auto config = test::beam_triggered_config();
    auto* slice = config.mutable_chain(0)->mutable_pmt()->add_spe_slice();
    slice->set_channel("csi");
    slice->set_valid_from_utc_ns(1000);
    slice->set_valid_to_utc_ns(2000);
    slice->set_spe_charge_adc(15);
    auto codes = flat(record_samples, level);
    add_peak(codes, 28002);
    auto record = csi_record(codes, flat(record_samples, 0));
    const auto pe_at = [&](std::int64_t utc_ns) {
        record.utc_ns = utc_ns;
        return value(test::reconstruct(config, record)[1], "pe");
    };
    CHECK(pe_at(999) == 0.5);
    CHECK(pe_at(1000) == 2);
    CHECK(pe_at(1999) == 2);
    CHECK(pe_at(2000) == 0.5);
}

TEST_CASE("a chain that does not fit its channel is refused with the reason") {
    const auto message = [](const config::Config& config) {
        const auto chain = make_chain(config.chain(0), config);
        REQUIRE_FALSE(chain.has_value());
        CHECK(chain.error().kind == proto::ErrorKind::CONFIG);
        return chain.error().message;
    };
    auto codes = test::self_triggered_config();
    codes.mutable_chain(0)->mutable_pmt()->set_codes(config::PmtChain::CSI_2017);
    CHECK_THAT(message(codes), Catch::Contains("8-bit signed") && Catch::Contains("14 bits"));
    auto policy = test::beam_triggered_config();
    policy.mutable_channel(0)->set_policy(config::Channel::PULSES);
    CHECK_THAT(message(policy), Catch::Contains("csi") && Catch::Contains("PULSES"));
    auto slice = test::beam_triggered_config();
    slice.mutable_chain(0)->mutable_pmt()->add_spe_slice()->set_channel("nai");
    CHECK_THAT(message(slice), Catch::Contains("nai"));
    auto none = test::beam_triggered_config();
    none.mutable_chain(0)->clear_kind();
    CHECK_THAT(message(none), Catch::Contains("no kind"));
}

TEST_CASE("nothing is allocated per window once a worker is warm") {
    for (const auto variant :
         {config::PmtChain::MEDIAN, config::PmtChain::LOCAL_BASELINE, config::PmtChain::CONDITIONAL_MEAN}) {
        auto config = test::beam_triggered_config();
        config.mutable_chain(0)->mutable_pmt()->set_variant(variant);
        auto codes = flat(record_samples, level);
        for (std::size_t i = 1000; i < 34000; i += 100)
            add_peak(codes, i);
        const auto record = csi_record(codes, flat(record_samples, 0, {{10, -20}, {11, -20}, {12, -20}}));
        const auto chain = make_chain(config.chain(0), config);
        REQUIRE(chain.has_value());
        const auto worker = (*chain)->make_worker();
        const std::vector<std::uint32_t> detector{0};
        const std::vector<ChannelTraces> vetoes{{1, {1}}};
        std::vector<Candidate> out;
        worker->reconstruct({record, 0, detector, vetoes, {}}, out);
        out.clear();
        const auto before = tests::allocations();
        worker->reconstruct({record, 0, detector, vetoes, {}}, out);
        CHECK(tests::allocations() == before);
        CHECK(out.size() == 2);
    }
}

TEST_CASE("windows and traces of any bounds are reconstructed without reading outside a trace",
          "[property]") {
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    const auto pick = [&](std::int64_t least, std::int64_t most) {
        return std::uniform_int_distribution<std::int64_t>(least, most)(random);
    };
    for (int round = 0; round < 300; ++round) {
        auto config = test::beam_triggered_config();
        auto* pmt = config.mutable_chain(0)->mutable_pmt();
        pmt->set_variant(static_cast<config::PmtChain::Variant>(pick(1, 3)));
        pmt->set_baseline_ns(static_cast<double>(pick(1, 1000)));
        pmt->set_integration_ns(static_cast<double>(pick(10, 1000)));
        pmt->set_min_width_samples(static_cast<std::uint32_t>(pick(1, 4)));
        RecordBuilder builder;
        const auto traces = pick(0, 4);
        for (std::int64_t t = 0; t < traces; ++t) {
            test::Codes codes(static_cast<std::size_t>(pick(0, 400)));
            for (auto& code : codes)
                code = static_cast<std::int32_t>(pick(90, 102));
            builder.add_trace(static_cast<std::uint32_t>(pick(0, 1)), pick(-500, 500), codes);
        }
        const auto windows = pick(0, 3);
        for (std::int64_t w = 0; w < windows; ++w) {
            const auto pretrace = pick(-600, 600);
            const auto roi = pick(-600, 600);
            builder.add_window(wire::IN_TIME, pretrace, pretrace + pick(0, 500), roi, roi + pick(0, 800));
        }
        for (const auto& candidate : test::reconstruct(config, builder.record)) {
            if (!candidate.found) continue;
            const auto& window = builder.record.windows[candidate.window];
            const double t_rec = value(candidate, "t_rec_ns");
            CHECK(t_rec >= 0);
            CHECK(t_rec < static_cast<double>(window.roi_end - window.roi_begin) * 2);
            CHECK(value(candidate, "n_peaks") >= 1);
        }
    }
}

// What slots tell of their channels: against traces whose level, noise and pulses are known, and never
// anything of what beam may have brought.
#include "offline/reconstruction/channel_facts.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>

#include <catch2/catch.hpp>

#include "offline/blinding/sealed_record.hpp"
#include "tests/offline/reconstruction/hpge_record.hpp"
#include "tests/offline/reconstruction/several_pmts.hpp"

using namespace spillgate;
using namespace spillgate::offline;
using test::Codes;

namespace {

constexpr proto::Encoding fourteen_bits{14, false, 0};
constexpr std::size_t record_samples = 12000;
constexpr std::int64_t ac_roi = 5000, c_roi = 8000;

config::Config pmt_config() {
    auto config = test::self_triggered_config();
    config.mutable_gate()->set_mode(config::Gate::BEAM_TRIGGERED);
    auto& pmt = *config.mutable_chain(0)->mutable_pmt();
    pmt.set_baseline_ns(8000);  // 2000 samples of 4 ns
    pmt.set_threshold_adc(30);
    pmt.set_linear_gate_check(false);
    return config;
}

// Runs the config's first chain over the record and gives what it tells; channel 0 is the detector's.
ChannelFacts facts_of(const config::Config& config, const proto::SpillRecord& record) {
    const auto chain = make_chain(config.chain(0), config);
    if (!chain) FAIL(chain.error().message);
    std::vector<ChannelTraces> traces(static_cast<std::size_t>(config.channel_size()));
    for (std::uint32_t i = 0; i < record.traces.size(); ++i)
        for (int c = 0; c < config.channel_size(); ++c)
            if (config.channel(c).board() == record.traces[i].board &&
                config.channel(c).channel() == record.traces[i].channel)
                traces[static_cast<std::size_t>(c)].indices.push_back(i);
    std::vector<ChannelTraces> partners;
    for (int c = 0; c < config.channel_size(); ++c) {
        traces[static_cast<std::size_t>(c)].channel = static_cast<std::uint16_t>(c);
        if (std::ranges::count(config.channel(0).partner(), config.channel(c).name()) > 0)
            partners.push_back(traces[static_cast<std::size_t>(c)]);
    }
    const ChannelSlot slot{record, 0, traces[0].indices, {}, partners};
    std::vector<Candidate> candidates;
    ChannelFacts facts;
    const auto worker = (*chain)->make_worker();
    worker->reconstruct(slot, candidates);
    worker->tell(slot, facts);
    return facts;
}

std::vector<std::pair<std::uint16_t, std::int64_t>> sorted_singles(const ChannelFacts& facts) {
    std::vector<std::pair<std::uint16_t, std::int64_t>> singles;
    for (const auto& single : facts.singles)
        singles.emplace_back(single.channel, single.adc_samples);
    std::ranges::sort(singles);
    return singles;
}

bool same(const ChannelFacts& a, const ChannelFacts& b) {
    return sorted_singles(a) == sorted_singles(b) &&
           std::ranges::equal(a.levels, b.levels, [](const TraceLevel& x, const TraceLevel& y) {
               return x.channel == y.channel && x.mean_adc == y.mean_adc && x.rms_adc == y.rms_adc;
           });
}

Codes noisy(double level, double noise, std::size_t samples, std::mt19937_64& random) {
    std::normal_distribution<double> sample(level, noise);
    Codes codes(samples);
    for (auto& code : codes)
        code = static_cast<std::int32_t>(std::lround(sample(random)));
    return codes;
}

void add_pulse(Codes& codes, std::size_t at, std::int32_t depth) {
    for (const int part : {2, 4, 3, 2})
        codes[at++] -= depth * part / 4;
}

// A trace from tick 0 on, with AC and C windows as the demo has them.
test::RecordBuilder record_of(const Codes& codes, bool with_ac = true) {
    test::RecordBuilder built(250e6);
    built.add_trace(0, 0, codes, fourteen_bits);
    if (with_ac) built.add_window(wire::ANTI_COINCIDENT, 0, ac_roi, ac_roi, c_roi);
    built.add_window(wire::IN_TIME, 2000, c_roi, c_roi, record_samples);
    return built;
}

// Everything from this tick after t0 on is something else, in all traces.
void scramble(proto::SpillRecord& record, std::int64_t from_tick, std::mt19937_64& random) {
    for (const auto& trace : record.traces)
        for (auto i = std::max<std::int64_t>(0, proto::sample_position(record, trace, from_tick));
             i < static_cast<std::int64_t>(trace.count); ++i)
            record.samples[trace.offset + static_cast<std::size_t>(i)] =
                static_cast<std::uint16_t>(random() % 4096);
}

}  // namespace

TEST_CASE(
    "a trace's level and noise are those of its quiet samples, a pulse's charge what lies in its region",
    "[property]") {
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    double levels = 0;
    double variances = 0;
    constexpr int slots = 60;
    const double truth = 3000 + std::uniform_real_distribution<double>()(random);
    constexpr double noise = 3;
    for (int slot = 0; slot < slots; ++slot) {
        auto codes = noisy(truth, noise, record_samples, random);
        add_pulse(codes, 500, 400);   // in the baseline's stretch: left out of the level
        add_pulse(codes, 3000, 300);  // alone
        add_pulse(codes, 6000, 200);  // these two are not
        add_pulse(codes, 6100, 200);
        add_pulse(codes, c_roi - 100, 250);   // too near to the roi that beam may be in
        add_pulse(codes, c_roi + 1000, 250);  // alone, but in it
        const auto built = record_of(codes);
        const auto facts = facts_of(pmt_config(), built.record);
        REQUIRE(facts.levels.size() == 1);
        REQUIRE(facts.singles.size() == 2);

        // The same once more, from the codes alone: region from 2 samples before the first that is 30 below
        // the median to 1 after the first that is not.
        auto first = Codes(codes.begin(), codes.begin() + 2000);
        std::ranges::sort(first);
        const auto median = first[999];
        const auto region = [&](std::size_t near) {
            auto begin = near - 5;
            while (codes[begin] > median - 30)
                ++begin;
            auto end = begin;
            while (codes[end] <= median - 30)
                ++end;
            return std::pair{begin - 2, end + 1};
        };
        for (const auto& [single, at] : {std::pair{0, 500}, {1, 3000}}) {
            const auto [begin, end] = region(static_cast<std::size_t>(at));
            std::int64_t charge = 0;
            for (auto i = begin; i <= end; ++i)
                charge += median - codes[i];
            CHECK(facts.singles[static_cast<std::size_t>(single)].adc_samples == charge);
        }
        const auto [begin, end] = region(500);
        double sum = 0;
        double count = 0;
        double squares = 0;
        for (const bool second : {false, true})
            for (std::size_t i = 0; i < level_samples; ++i) {
                if (i >= begin && i <= end) continue;
                if (second)
                    squares += (codes[i] - sum / count) * (codes[i] - sum / count);
                else
                    sum += codes[i], count += 1;
            }
        CHECK(facts.levels[0].mean_adc == Approx(sum / count).epsilon(1e-12));
        CHECK(facts.levels[0].rms_adc == Approx(std::sqrt(squares / (count - 1))).epsilon(1e-9));
        levels += facts.levels[0].mean_adc;
        variances += facts.levels[0].rms_adc * facts.levels[0].rms_adc;
    }
    // Rounding adds 1/12 to the variance. Bounds of five standard deviations.
    const double samples = slots * 504.0;
    CHECK(std::abs(levels / slots - truth) < 5 * noise / std::sqrt(samples));
    CHECK(std::abs(variances / slots - noise * noise - 1.0 / 12) <
          5 * noise * noise * std::sqrt(2 / samples));
}

TEST_CASE("a peak at a roi's begin does not decide whether one before it stands alone") {
    std::mt19937_64 random(11);
    auto config = pmt_config();
    std::size_t told = 0;
    for (const auto variant : {config::PmtChain::MEDIAN, config::PmtChain::CONDITIONAL_MEAN}) {
        config.mutable_chain(0)->mutable_pmt()->set_variant(variant);
        for (auto at = static_cast<std::size_t>(c_roi) - 275; at < static_cast<std::size_t>(c_roi) - 235;
             ++at) {
            auto codes = noisy(3000, 3, record_samples, random);
            add_pulse(codes, at, 300);
            const auto without = facts_of(config, record_of(codes).record);
            told += without.singles.size();
            add_pulse(codes, static_cast<std::size_t>(c_roi), 300);
            CAPTURE(variant, at);
            CHECK(same(facts_of(config, record_of(codes).record), without));
        }
    }
    CHECK(told > 10);
    CHECK(told < 70);  // the distance that is asked lies among these
}

TEST_CASE("how light that reaches into a roi ends there is not told by what came before it") {
    std::mt19937_64 random(12);
    auto config = pmt_config();
    for (const auto variant : {config::PmtChain::MEDIAN, config::PmtChain::CONDITIONAL_MEAN}) {
        config.mutable_chain(0)->mutable_pmt()->set_variant(variant);
        auto codes = noisy(3000, 3, record_samples, random);
        add_pulse(codes, 7600, 300);
        const auto lit_until = [&](std::size_t end) {
            auto lit = codes;
            for (std::size_t i = 7700; i < end; ++i)
                lit[i] -= 400;
            return facts_of(config, record_of(lit).record);
        };
        CHECK(same(lit_until(record_samples), lit_until(8500)));
        CHECK(lit_until(7900).levels.size() == 1);
    }
}

TEST_CASE("nothing in a roi that beam may be in changes what is told, blinded or not", "[property]") {
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    auto config = pmt_config();
    config.mutable_chain(0)->mutable_pmt()->set_linear_gate_check(GENERATE(false, true));
    config.mutable_chain(0)->mutable_pmt()->set_linear_gate_code(2500);
    config.mutable_chain(0)->mutable_pmt()->set_linear_gate_min_baseline(2800);
    config.mutable_chain(0)->mutable_pmt()->set_variant(
        GENERATE(config::PmtChain::MEDIAN, config::PmtChain::CONDITIONAL_MEAN));
    config.set_blinded(GENERATE(false, true));
    for (int slot = 0; slot < 20; ++slot) {
        auto codes = noisy(3000, 3, record_samples, random);
        for (int pulse = 0; pulse < 12; ++pulse)
            add_pulse(codes, 2100 + random() % 5890, 300);
        auto built = record_of(codes);
        const auto before = facts_of(config, built.record);
        CHECK(before.levels.size() == 1);
        scramble(built.record, c_roi, random);
        built.record.traces[0].flags |= proto::TRACE_OVERFLOW;  // a property of the whole trace
        CHECK(same(facts_of(config, built.record), before));
    }
}

TEST_CASE("a trace in windows of beam alone tells nothing, nor does one whose baseline has seen them") {
    std::mt19937_64 random(1);
    const auto codes = noisy(3000, 3, record_samples, random);
    CHECK(facts_of(pmt_config(), record_of(codes).record).levels.size() == 1);
    CHECK(facts_of(pmt_config(), record_of(codes, false).record).levels.empty());
    auto config = pmt_config();
    config.mutable_chain(0)->mutable_pmt()->set_baseline_ns(4.0 * (c_roi + 1));
    CHECK(facts_of(config, record_of(codes).record).levels.empty());
    config.mutable_chain(0)->mutable_pmt()->set_baseline_ns(4.0 * c_roi);
    CHECK(facts_of(config, record_of(codes).record).levels.size() == 1);
    // An unknown window may be one of beam; a free one is none.
    auto unknown = record_of(codes);
    unknown.record.windows[0].kind = wire::UNKNOWN;
    CHECK(facts_of(pmt_config(), unknown.record).levels.empty());
    test::RecordBuilder free(250e6);
    free.add_trace(0, 0, codes, fourteen_bits);
    free.add_window(wire::FREE, 0, 0, 0, record_samples);
    CHECK(facts_of(pmt_config(), free.record).levels.size() == 1);
    free.record.traces[0].flags |= proto::TRACE_REDUCED;
    CHECK(facts_of(pmt_config(), free.record).levels.empty());
}

TEST_CASE("a closed linear gate before the roi gives no level") {
    auto config = pmt_config();
    auto& pmt = *config.mutable_chain(0)->mutable_pmt();
    pmt.set_linear_gate_check(true);
    pmt.set_linear_gate_code(2500);
    pmt.set_linear_gate_min_baseline(2800);
    std::mt19937_64 random(1);
    auto codes = noisy(3000, 3, record_samples, random);
    CHECK(facts_of(config, record_of(codes).record).levels.size() == 1);
    std::fill(codes.begin() + 7000, codes.begin() + c_roi, 2400);
    CHECK(facts_of(config, record_of(codes).record).levels.empty());
    CHECK(facts_of(config, record_of(noisy(2700, 3, record_samples, random)).record).levels.empty());
}

TEST_CASE("a trace that its channel triggered tells nothing if it reaches into a roi of beam") {
    auto config = pmt_config();
    config.mutable_gate()->set_mode(config::Gate::SELF_TRIGGERED);
    std::mt19937_64 random(1);
    const auto built_at = [&](std::int64_t first_tick) {
        test::RecordBuilder built(250e6);
        built.add_trace(0, first_tick, noisy(3000, 3, 3000, random), fourteen_bits);
        built.add_window(wire::ANTI_COINCIDENT, 0, ac_roi, ac_roi, c_roi);
        built.add_window(wire::IN_TIME, 2000, c_roi, c_roi, record_samples);
        return facts_of(config, built.record).levels.size();
    };
    CHECK(built_at(c_roi - 3000) == 1);
    CHECK(built_at(c_roi - 2999) == 0);
    CHECK(built_at(record_samples - 1) == 0);
    CHECK(built_at(record_samples) == 1);
}

TEST_CASE("samples before beam are those that a blinded record leaves open", "[property]") {
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    const auto config = pmt_config();
    for (int round = 0; round < 300; ++round) {
        test::RecordBuilder built(250e6);
        built.add_trace(0, static_cast<std::int64_t>(random() % 400) - 200, test::flat(1000, 3000),
                        fourteen_bits);
        for (std::size_t windows = random() % 5; windows > 0; --windows) {
            const auto begin = static_cast<std::int64_t>(random() % 2000) - 700;
            const auto kind =
                std::array{wire::IN_TIME, wire::ANTI_COINCIDENT, wire::FREE, wire::UNKNOWN}[random() % 4];
            built.add_window(kind, begin - 50, begin, begin,
                             begin + 1 + static_cast<std::int64_t>(random() % 300));
        }
        const auto& trace = built.record.traces[0];
        CHECK(samples_before_beam(built.record, trace) == open_samples(built.record, trace, nullptr, config));
    }
}

TEST_CASE("each PMT of a liquid-argon detector tells of itself", "[lar]") {
    auto config = test::several_pmts_config(2);
    config.mutable_chain(0)->mutable_lar()->set_baseline_ns(4000);
    std::mt19937_64 random(7);
    test::SeveralPmtsRecord built;
    for (std::size_t pmt = 0; pmt < 2; ++pmt) {
        auto codes = noisy(2000 + 500.0 * static_cast<double>(pmt), 2, record_samples, random);
        add_pulse(codes, 4000, pmt == 0 ? 200 : 160);
        built.add_trace(pmt, 0, codes);
    }
    built.add_window(wire::ANTI_COINCIDENT, 0, ac_roi, ac_roi, c_roi);
    built.add_window(wire::IN_TIME, 2000, c_roi, c_roi, record_samples);
    const auto before = facts_of(config, built.record);
    REQUIRE(before.levels.size() == 2);
    CHECK(before.levels[0].mean_adc == Approx(2000).margin(0.5));
    CHECK(before.levels[1].mean_adc == Approx(2500).margin(0.5));
    CHECK(before.levels[1].rms_adc == Approx(2.02).margin(0.25));
    REQUIRE(before.singles.size() == 2);
    // 11 quarters of the depth, and the noise of up to eight samples.
    CHECK(std::abs(before.singles[0].adc_samples - 550) < 40);
    CHECK(std::abs(before.singles[1].adc_samples - 440) < 40);
    scramble(built.record, c_roi, random);
    CHECK(same(facts_of(config, built.record), before));
}

TEST_CASE("a germanium channel tells its baseline and rms, and of no photoelectrons") {
    auto config = test::hpge_config();
    config.mutable_gate()->set_mode(config::Gate::BEAM_TRIGGERED);
    std::mt19937_64 random(3);
    double rms = 0;
    constexpr int traces = 40;
    for (int i = 0; i < traces; ++i) {
        test::RecordBuilder built(250e6);
        auto codes = noisy(1500, 4, 3000, random);
        test::add_step(codes, 1500, 800);
        built.add_trace(0, 0, codes, test::hpge_encoding);
        built.add_window(wire::ANTI_COINCIDENT, 0, 400, 400, 1400);
        built.add_window(wire::IN_TIME, 400, 1400, 1400, 3000);
        const auto before = facts_of(config, built.record);
        REQUIRE(before.levels.size() == 1);
        double sum = 0;
        for (std::size_t s = 0; s < 100; ++s)
            sum += codes[s];
        CHECK(before.levels[0].mean_adc == Approx(sum / 100).epsilon(1e-12));
        CHECK(before.singles.empty());
        rms += before.levels[0].rms_adc;
        scramble(built.record, 1400, random);
        CHECK(same(facts_of(config, built.record), before));
    }
    CHECK(rms / traces == Approx(4.0).epsilon(0.05));
}

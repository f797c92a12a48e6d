#include "tests/offline/reference/slow_pmts.hpp"

#include <cmath>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "tests/offline/reconstruction/several_pmts.hpp"
#include "tests/offline/reference/random_pmts.hpp"

using namespace spillgate;
using namespace spillgate::tests;
using offline::Candidate;
using offline::test::EngineUnderTest;

namespace {

int pick(std::mt19937_64& random, int least, int most) {
    return std::uniform_int_distribution(least, most)(random);
}

void draw_light(std::mt19937_64& random, std::size_t pmts, std::uint32_t ticks_per_sample, SlowLight& s) {
    s.positive = pick(random, 0, 1) == 1;
    s.whole_records = pick(random, 0, 1) == 1;
    s.baseline = pick(random, 1, 100);
    s.threshold = pick(random, 4, 30);
    s.min_width = pick(random, 1, 4);
    s.coincidence = pick(random, 0, 12);
    s.pmts = pick(random, 1, static_cast<int>(pmts));
    s.integration = pick(random, 1, 250);
    s.period_ns = 4.0 * ticks_per_sample;
    s.delay_ns = pick(random, 0, 1) * 137.5;
}

// The chain's fields that both kinds have, lengths in ns.
template <class Chain>
void set_light(const SlowLight& s, Chain& chain) {
    chain.set_positive_pulses(s.positive);
    chain.set_baseline_ns(s.baseline * s.period_ns);
    chain.set_threshold_adc(s.threshold);
    chain.set_min_width_samples(static_cast<std::uint32_t>(s.min_width));
    chain.set_coincidence_ns(s.coincidence * s.period_ns);
    chain.set_coincidence_pmts(static_cast<std::uint32_t>(s.pmts));
    chain.set_integration_ns(s.integration * s.period_ns);
    chain.set_beam_delay_ns(s.delay_ns);
}

config::Config config_of(std::size_t pmts, const SlowLight& s, std::uint32_t ticks_per_sample) {
    auto config = offline::test::several_pmts_config(pmts);
    for (auto& board : *config.mutable_board())
        board.set_sample_rate_mhz(250.0 / ticks_per_sample);
    config.mutable_gate()->set_mode(s.whole_records ? config::Gate::BEAM_TRIGGERED
                                                    : config::Gate::SELF_TRIGGERED);
    return config;
}

// An SPE charge of its own for each PMT.
template <class Chain>
std::vector<double> set_spe_charges(std::mt19937_64& random, std::size_t pmts, Chain& chain) {
    std::vector<double> charges;
    for (std::size_t p = 0; p < pmts; ++p) {
        charges.push_back(pick(random, 200, 3000) / 7.0);
        auto& slice = *chain.add_spe_slice();
        slice.set_channel(fmt::format("pmt{}", p));
        slice.set_valid_from_utc_ns(-1);
        slice.set_valid_to_utc_ns(1);
        slice.set_spe_charge_adc(charges.back());
    }
    return charges;
}

// Empty if every variable and every bit agree. `slack`: relative, of variables that are sums of
// floating-point numbers.
std::string difference(const EngineUnderTest& engine, const Candidate& candidate,
                       const SlowWindowResult& slow, const std::map<std::string, double>& slack) {
    std::string text;
    if (candidate.found != slow.found)
        return fmt::format("found: engine {}, slow {}", candidate.found, slow.found);
    for (const auto& variable : engine.chain().variables()) {
        const std::string name(variable.name);
        if (name.find("muon") != std::string::npos) continue;  // tested by hand
        const double value = engine.value(candidate, name);
        const auto expected = slow.value.find(name);
        const auto near = slack.find(name);
        const double room = near == slack.end() || expected == slow.value.end()
                                ? 0
                                : near->second * std::max(1.0, std::abs(expected->second));
        const bool agrees =
            expected == slow.value.end() ? std::isnan(value) : std::abs(value - expected->second) <= room;
        if (!agrees)
            text += fmt::format(
                "{}: engine {:.17g}, slow {}; ", name, value,
                expected == slow.value.end() ? "absent" : fmt::format("{:.17g}", expected->second));
    }
    for (const auto& name : engine.chain().quality_names())
        if (engine.has_quality(candidate, name) != slow.quality.contains(std::string(name)))
            text += fmt::format("bit {}: engine {}, slow {}; ", name, engine.has_quality(candidate, name),
                                slow.quality.contains(std::string(name)));
    return text;
}

}  // namespace

TEST_CASE("the engine's LAr chain agrees with the slow one in every variable and bit, exactly",
          "[property][lar]") {
    const auto seed = std::random_device{}();
    std::mt19937_64 random(seed);
    int found = 0, piled_up = 0;
    for (int round = 0; round < 400; ++round) {
        const auto pmts = static_cast<std::size_t>(pick(random, 1, 4));
        const auto ticks = static_cast<std::uint32_t>(pick(random, 1, 2));
        SlowLarSettings s;
        draw_light(random, pmts, ticks, s);
        s.leading_edge = pick(random, 0, 2) == 0;
        s.start_fraction = pick(random, 1, 100) / 100.0;
        s.maximum_within = pick(random, 1, 40);
        s.prompt = pick(random, 1, s.integration);
        s.pre = pick(random, 0, 1) * pick(random, 0, 30);
        s.pile_up_fraction = pick(random, 5, 150) / 100.0;
        s.pile_up_after = pick(random, 0, 100);
        auto config = config_of(pmts, s, ticks);
        auto& chain = *config.mutable_chain(0)->mutable_lar();
        set_light(s, chain);
        chain.set_start(s.leading_edge ? config::LarChain::LEADING_EDGE
                                       : config::LarChain::FRACTION_OF_MAXIMUM);
        chain.set_start_fraction(s.start_fraction);
        chain.set_maximum_within_ns(s.maximum_within * s.period_ns);
        chain.set_prompt_ns(s.prompt * s.period_ns);
        chain.set_pre_ns(s.pre * s.period_ns);
        chain.set_pile_up_fraction(s.pile_up_fraction);
        chain.set_pile_up_after_ns(s.pile_up_after * s.period_ns);
        const auto charges = set_spe_charges(random, pmts, chain);
        EngineUnderTest engine(config);
        for (int n = 0; n < 10; ++n) {
            auto made = random_pmts(random, pmts, s, ticks);
            for (std::size_t p = 0; p < pmts; ++p)
                made.pmts[p].spe_charge = charges[p];
            const auto slow = slow_lar(made.pmts, s);
            const auto& candidates = engine.reconstruct(made.built.record);
            REQUIRE(candidates.size() == 1);
            INFO(fmt::format("seed {} round {} record {}", seed, round, n));
            const auto problem = difference(engine, candidates[0], slow, {});
            INFO(problem);
            REQUIRE(problem.empty());
            found += slow.found;
            piled_up += slow.quality.contains("pile-up");
        }
    }
    CHECK(found > 300);
    CHECK(piled_up > 20);
}

TEST_CASE("the engine's PMT chain with partners agrees with the slow one in every variable and bit",
          "[property][partners]") {
    const auto seed = std::random_device{}();
    std::mt19937_64 random(seed);
    int found = 0;
    const std::map<std::string, double> sums{
        {"charge_adc", 1e-9},  {"pe", 1e-9},        {"peak_adc", 1e-9},
        {"t10_ns", 1e-6},      {"t50_ns", 1e-6},    {"t90_ns", 1e-6},
        {"t0_50_ns", 1e-6},    {"t10_90_ns", 1e-6}, {"local_baseline_adc", 1e-12},
        {"pe_asymmetry", 1e-6}};
    for (int round = 0; round < 400; ++round) {
        const auto pmts = static_cast<std::size_t>(pick(random, 2, 4));
        const auto ticks = static_cast<std::uint32_t>(pick(random, 1, 2));
        SlowPartnerSettings s;
        draw_light(random, pmts, ticks, s);
        s.variant = static_cast<SlowPmtVariant>(pick(random, 0, 2));
        s.before = pick(random, 0, 5);
        s.after = pick(random, 0, 5);
        s.local_samples = pick(random, 1, 80);
        auto config = config_of(pmts, s, ticks);
        auto& chain = *config.mutable_chain(0)->mutable_pmt();
        set_light(s, chain);
        chain.set_linear_gate_check(false);
        chain.set_variant(static_cast<config::PmtChain::Variant>(static_cast<int>(s.variant) + 1));
        chain.set_samples_before(static_cast<std::uint32_t>(s.before));
        chain.set_samples_after(static_cast<std::uint32_t>(s.after));
        chain.set_filter_samples_before(static_cast<std::uint32_t>(s.before));
        chain.set_filter_samples_after(static_cast<std::uint32_t>(s.after));
        chain.set_local_baseline_adc(s.local_limit);
        chain.set_local_baseline_ns(s.local_samples * s.period_ns);
        chain.set_filter_length(static_cast<std::uint32_t>(s.filter_length));
        chain.set_filter_band_adc(s.filter_band);
        const auto charges = set_spe_charges(random, pmts, chain);
        EngineUnderTest engine(config);
        for (int n = 0; n < 10; ++n) {
            auto made = random_pmts(random, pmts, s, ticks);
            for (std::size_t p = 0; p < pmts; ++p)
                made.pmts[p].spe_charge = charges[p];
            const auto slow = slow_partners(made.pmts, s);
            const auto& candidates = engine.reconstruct(made.built.record);
            REQUIRE(candidates.size() == 1);
            if (slow.ambiguous) continue;
            INFO(fmt::format("seed {} round {} record {} variant {}", seed, round, n,
                             static_cast<int>(s.variant)));
            const auto problem = difference(engine, candidates[0], slow, sums);
            INFO(problem);
            REQUIRE(problem.empty());
            found += slow.found;
        }
    }
    CHECK(found > 300);
}

// The LAr chain from record to candidate.
#include <cmath>
#include <limits>
#include <random>

#include <catch2/catch.hpp>

#include "tests/data/allocation_count.hpp"
#include "tests/offline/reconstruction/several_pmts.hpp"

using namespace spillgate;
using namespace spillgate::offline;
using test::Codes;
using test::EngineUnderTest;
using test::flat;
using test::SeveralPmtsRecord;

namespace {

constexpr std::size_t record_samples = 5000;
constexpr std::int32_t level = 3000;
constexpr std::int64_t roi_begin = 2000;

// 4 ns samples: coincidence 5, maximum within 23, integration 1500, prompt 23 samples; SPE charge 64, so that
// PE come out exact.
config::Config lar_config(std::size_t pmts = 2) {
    auto config = test::several_pmts_config(pmts);
    auto& lar = *config.mutable_chain(0)->mutable_lar();
    lar.set_baseline_ns(4000);
    lar.set_spe_charge_adc(64);
    return config;
}

void add_pulse(Codes& codes, std::int64_t first, std::int32_t depth, std::int64_t width) {
    for (auto i = first; i < first + width; ++i)
        codes[static_cast<std::size_t>(i)] -= depth;
}

// Traces that begin at t0, one window with its roi at roi_begin.
SeveralPmtsRecord record_of(const std::vector<Codes>& pmts, const Codes& veto = flat(record_samples, level)) {
    SeveralPmtsRecord built;
    for (std::size_t p = 0; p < pmts.size(); ++p)
        built.add_trace(p, 0, pmts[p]);
    built.add_veto(0, veto);
    built.add_window(wire::IN_TIME, 0, roi_begin, roi_begin, record_samples);
    return built;
}

// 4 and 2 PE at once at position 100, 1 PE each 800 ns later.
std::vector<Codes> event_of_eight_pe() {
    std::vector<Codes> pmts(2, flat(record_samples, level));
    add_pulse(pmts[0], roi_begin + 100, 64, 4);
    add_pulse(pmts[1], roi_begin + 102, 32, 4);
    add_pulse(pmts[0], roi_begin + 300, 32, 2);
    add_pulse(pmts[1], roi_begin + 300, 32, 2);
    return pmts;
}

}  // namespace

TEST_CASE("LAr: start, light, F90, peak, asymmetry and what the PMTs saw", "[lar]") {
    EngineUnderTest engine(lar_config());
    const auto candidate = engine.reconstruct(record_of(event_of_eight_pe()).record)[0];
    const auto value = [&](std::string_view name) { return engine.value(candidate, name); };
    REQUIRE(candidate.found);
    CHECK(value("t_rec_ns") == 400);
    CHECK(value("t_rec_us") == Approx(0.4));
    CHECK(value("pe") == 8);
    CHECK(value("prompt_pe") == 6);
    CHECK(value("f90") == 0.75);
    CHECK(value("peak_pe") == 1.5);  // 64 and 32 of 64
    CHECK(value("own_pe") == 5);
    CHECK(value("partner_pe") == 3);
    CHECK(value("pe_asymmetry") == 0.25);
    CHECK(value("pe_largest_share") == 0.625);
    CHECK(value("pmts") == 2);
    CHECK(value("first_light_ns") == 400);
    CHECK(value("light_spread_ns") == 8);
    CHECK(value("later_peak_ratio") == Approx(1 / 1.5));
    CHECK(engine.has_quality(candidate, "pile-up"));  // more than half of the first maximum
    CHECK(value("pretrace_pulses") == 0);
    CHECK(value("roi_pulses") == 4);
    CHECK(value("roi_coincidences") == 2);
    CHECK(value("baseline_adc") == level);
    CHECK(std::isinf(value("since_muon_us")));
}

TEST_CASE("LAr: traces that begin at different ticks, in clock domains of their own, are in step", "[lar]") {
    EngineUnderTest engine(lar_config());
    const auto pmts = event_of_eight_pe();
    const auto together = engine.reconstruct(record_of(pmts).record)[0];
    SeveralPmtsRecord built;
    built.add_trace(0, 7, {pmts[0].begin() + 7, pmts[0].end()});
    built.add_trace(1, 1234, {pmts[1].begin() + 1234, pmts[1].end()});
    built.add_window(wire::IN_TIME, 0, roi_begin, roi_begin, record_samples);
    const auto apart = engine.reconstruct(built.record)[0];
    REQUIRE(apart.found);
    for (const auto* name : {"t_rec_ns", "pe", "f90", "own_pe", "partner_pe", "light_spread_ns"})
        CHECK(engine.value(apart, name) == engine.value(together, name));
    CHECK(engine.has_quality(apart, "short-trace"));  // neither covers the pretrace
}

TEST_CASE("LAr: what a separate strobe recorded comes out as the AC candidate of the slot", "[lar]") {
    auto config = lar_config();
    config.mutable_gate()->set_mode(config::Gate::STROBED);
    EngineUnderTest engine(config);
    const auto pmts = event_of_eight_pe();
    auto strobed = pmts;
    add_pulse(strobed[0], roi_begin + 50, 64, 2);  // a lone pulse ahead of it
    add_pulse(strobed[0], roi_begin + 100, 64, 4);
    constexpr std::int64_t strobe = 2'000'000;  // 8 ms after the mark
    SeveralPmtsRecord built;
    for (std::size_t p = 0; p < 2; ++p)
        built.record.traces[built.add_trace(p, strobe, strobed[p])].flags |= proto::TRACE_STROBE;
    auto& ac = built.add_window(wire::ANTI_COINCIDENT, strobe, strobe + roi_begin, strobe + roi_begin,
                                strobe + static_cast<std::int64_t>(record_samples));
    ac.strobe = true;
    for (std::size_t p = 0; p < 2; ++p)
        built.add_trace(p, 0, pmts[p]);
    built.add_window(wire::IN_TIME, 0, roi_begin, roi_begin, record_samples).traces = {2, 3};
    const auto candidates = engine.reconstruct(built.record);
    REQUIRE(candidates.size() == 2);
    CHECK(candidates[0].kind == wire::ANTI_COINCIDENT);
    REQUIRE(candidates[0].found);
    CHECK(engine.value(candidates[0], "pe") == 12);
    CHECK(engine.value(candidates[0], "t_rec_ns") == 400);
    CHECK(candidates[1].kind == wire::IN_TIME);
    CHECK(engine.value(candidates[1], "pe") == 8);
    CHECK_FALSE(engine.has_quality(candidates[1], "short-trace"));
}

TEST_CASE("LAr: an event is of the roi if its first coincident light is", "[lar]") {
    EngineUnderTest engine(lar_config());
    const auto with_light_at = [&](std::int64_t own, std::int64_t partner) {
        std::vector<Codes> pmts(2, flat(record_samples, level));
        add_pulse(pmts[0], roi_begin + own, 64, 4);
        add_pulse(pmts[1], roi_begin + partner, 64, 4);
        return engine.reconstruct(record_of(pmts).record)[0];
    };
    CHECK(engine.value(with_light_at(0, 5), "t_rec_ns") == 0);
    CHECK_FALSE(with_light_at(0, 6).found);
    const auto straddling = with_light_at(-1, 2);
    CHECK_FALSE(straddling.found);
    CHECK(engine.value(straddling, "pretrace_coincidences") == 1);
    CHECK(engine.value(straddling, "pretrace_pulses") == 1);
    // The integration window has to fit the roi, which ends at 3000: start below 1500.
    CHECK(with_light_at(1499, 1499).found);
    CHECK_FALSE(with_light_at(1500, 1500).found);
}

TEST_CASE("LAr: the start is where the summed light passes a fraction of its maximum, or the leading edge",
          "[lar]") {
    auto config = lar_config();
    std::vector<Codes> pmts(2, flat(record_samples, level));
    for (auto& codes : pmts) {
        add_pulse(codes, roi_begin + 98, 15, 2);    // under threshold
        add_pulse(codes, roi_begin + 100, 30, 10);  // first light
        add_pulse(codes, roi_begin + 110, 200, 5);
    }
    const auto start = [&](double fraction, config::LarChain::Start kind) {
        config.mutable_chain(0)->mutable_lar()->set_start(kind);
        config.mutable_chain(0)->mutable_lar()->set_start_fraction(fraction);
        EngineUnderTest engine(config);
        const auto candidate = engine.reconstruct(record_of(pmts).record)[0];
        CHECK(engine.value(candidate, "first_light_ns") == 400);
        return engine.value(candidate, "t_rec_ns") / 4;
    };
    CHECK(start(0.2, config::LarChain::FRACTION_OF_MAXIMUM) == 110);
    CHECK(start(1, config::LarChain::FRACTION_OF_MAXIMUM) == 110);
    CHECK(start(0.15, config::LarChain::FRACTION_OF_MAXIMUM) == 100);
    CHECK(start(0.07, config::LarChain::FRACTION_OF_MAXIMUM) == 98);  // ahead of first light
    CHECK(start(0.2, config::LarChain::LEADING_EDGE) == 100);
}

TEST_CASE("LAr: a later pulse is pile-up by its height, and only after the pile-up time", "[lar]") {
    EngineUnderTest engine(lar_config());
    const auto with_later = [&](std::int64_t position, std::int32_t depth) {
        std::vector<Codes> pmts(2, flat(record_samples, level));
        for (auto& codes : pmts)
            add_pulse(codes, roi_begin + 100, 100, 4);
        add_pulse(pmts[1], roi_begin + 100 + position, depth, 1);
        return engine.reconstruct(record_of(pmts).record)[0];
    };
    CHECK(engine.has_quality(with_later(75, 100), "pile-up"));
    CHECK_FALSE(engine.has_quality(with_later(74, 100), "pile-up"));
    CHECK_FALSE(engine.has_quality(with_later(75, 99), "pile-up"));
    CHECK(engine.has_quality(with_later(1499, 100), "pile-up"));
    CHECK_FALSE(engine.has_quality(with_later(1500, 100), "pile-up"));
    CHECK(engine.value(with_later(200, 50), "later_peak_ratio") == 0.25);
}

TEST_CASE("LAr: singlet and triplet light of electrons and nuclear recoils come apart in F90",
          "[property][lar]") {
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    EngineUnderTest engine(lar_config());
    // 7 ns and 1.6 μs; the prompt share of a mean event is that of the singlet and 5.5 % of the triplet.
    const auto mean_f90 = [&](double singlet) {
        double sum = 0;
        for (int event = 0; event < 100; ++event) {
            std::vector<Codes> pmts(2, flat(record_samples, level));
            for (int pe = 0; pe < 60; ++pe) {
                const bool fast = std::bernoulli_distribution(singlet)(random);
                const double ns = std::exponential_distribution(1 / (fast ? 7.0 : 1600.0))(random);
                const auto at = roi_begin + 100 + static_cast<std::int64_t>(ns / 4);
                if (at < static_cast<std::int64_t>(record_samples) - 2)
                    add_pulse(pmts[random() % 2], at, 32, 2);
            }
            const auto candidate = engine.reconstruct(record_of(pmts).record)[0];
            REQUIRE(candidate.found);
            sum += engine.value(candidate, "f90");
        }
        return sum / 100;
    };
    CHECK(mean_f90(0.73) == Approx(0.75).margin(0.03));
    CHECK(mean_f90(0.26) == Approx(0.31).margin(0.04));
}

TEST_CASE("LAr: each PMT's own SPE charge holds, for its time", "[lar]") {
    auto config = lar_config();
    auto& slice = *config.mutable_chain(0)->mutable_lar()->add_spe_slice();
    slice.set_channel("pmt1");
    slice.set_valid_from_utc_ns(1000);
    slice.set_valid_to_utc_ns(2000);
    slice.set_spe_charge_adc(32);
    EngineUnderTest engine(config);
    auto record = record_of(event_of_eight_pe()).record;
    const auto partner_pe_at = [&](std::int64_t utc_ns) {
        record.utc_ns = utc_ns;
        const auto candidate = engine.reconstruct(record)[0];
        CHECK(engine.value(candidate, "own_pe") == 5);
        return engine.value(candidate, "partner_pe");
    };
    CHECK(partner_pe_at(999) == 3);
    CHECK(partner_pe_at(1000) == 6);
    CHECK(partner_pe_at(2000) == 3);
}

TEST_CASE("LAr: what is wrong with a PMT's traces is said of the window", "[lar]") {
    EngineUnderTest engine(lar_config());
    const auto pmts = event_of_eight_pe();
    const auto bit_of = [&](const SeveralPmtsRecord& built, std::string_view name) {
        return engine.has_quality(engine.reconstruct(built.record)[0], name);
    };
    auto saturated = pmts;
    saturated[1][10] = 0;
    CHECK(bit_of(record_of(saturated), "overflow"));
    saturated[1][10] = 4095;
    CHECK(bit_of(record_of(saturated), "overflow"));
    CHECK_FALSE(bit_of(record_of(pmts), "overflow"));

    auto one = record_of({pmts[0]});
    CHECK(bit_of(one, "no-trace"));
    CHECK_FALSE(engine.reconstruct(one.record)[0].found);

    auto shorter = pmts;
    shorter[1].resize(roi_begin + 200);
    const auto candidate = engine.reconstruct(record_of(shorter).record)[0];
    REQUIRE(candidate.found);
    CHECK(engine.has_quality(candidate, "short-trace"));
    CHECK(engine.value(candidate, "partner_pe") == 2);  // up to its end

    auto reduced = record_of(pmts);
    reduced.record.traces[1].flags |= proto::TRACE_REDUCED;
    CHECK(bit_of(reduced, "reduced-trace"));
    CHECK_FALSE(engine.reconstruct(reduced.record)[0].found);

    auto said = record_of(pmts);
    said.record.traces[1].flags |= proto::TRACE_OVERFLOW;
    CHECK(bit_of(said, "overflow"));
}

TEST_CASE("LAr: PMTs of different sample periods are not added, and the window says so", "[lar]") {
    EngineUnderTest engine(lar_config());
    auto built = record_of(event_of_eight_pe());
    built.record.traces[1].ticks_per_sample = 2;
    const auto candidate = engine.reconstruct(built.record)[0];
    CHECK_FALSE(candidate.found);
    CHECK(engine.has_quality(candidate, "period-mismatch"));
    CHECK(std::isnan(engine.value(candidate, "roi_coincidences")));
    // Clocks that differ by what clocks do are the same.
    auto drifting = record_of(event_of_eight_pe());
    drifting.record.clocks[1].frequency_hz *= 1 + 20e-6;
    CHECK(engine.reconstruct(drifting.record)[0].found);
}

TEST_CASE("LAr: a muon on the veto channel, its onset counted as t_rec is", "[lar]") {
    EngineUnderTest engine(lar_config());
    auto veto = flat(record_samples, level);
    add_pulse(veto, roi_begin + 25, 50, 3);
    const auto candidate = engine.reconstruct(record_of(event_of_eight_pe(), veto).record)[0];
    CHECK(engine.has_quality(candidate, "muon"));
    CHECK(engine.value(candidate, "n_muons") == 1);
    CHECK(engine.value(candidate, "muon_onset_us") == Approx(0.1));
    CHECK(engine.value(candidate, "since_muon_us") == Approx(0.3));
}

TEST_CASE("LAr: a chain that does not fit its channels is refused with the reason", "[lar]") {
    CHECK(test::refusal(lar_config()).empty());
    auto alone = lar_config(1);
    CHECK_THAT(test::refusal(alone), Catch::Contains("coincidence_pmts is 2") && Catch::Contains("1 PMTs"));
    auto rates = lar_config();
    rates.mutable_board(1)->set_sample_rate_mhz(125);
    CHECK_THAT(test::refusal(rates), Catch::Contains("'pmt1'") && Catch::Contains("125 MHz"));
    auto daemons = lar_config();
    for (const std::uint32_t board : {0u, 1u}) {
        auto& daemon = *daemons.add_daemon();
        daemon.set_name(board == 0 ? "west" : "east");
        daemon.add_board(board);
    }
    CHECK_THAT(test::refusal(daemons), Catch::Contains("'west'") && Catch::Contains("'east'"));
    auto prompt = lar_config();
    prompt.mutable_chain(0)->mutable_lar()->set_prompt_ns(7000);
    CHECK_THAT(test::refusal(prompt), Catch::Contains("prompt_ns is 7000"));
    auto longest = lar_config();
    longest.mutable_chain(0)->mutable_lar()->set_integration_ns(1e7);
    CHECK_THAT(test::refusal(longest), Catch::Contains("not over 2500001"));
    auto tiny = lar_config();
    tiny.mutable_chain(0)->mutable_lar()->set_spe_charge_adc(0.001);
    CHECK_THAT(test::refusal(tiny), Catch::Contains("0.001"));
    auto huge = lar_config();
    huge.mutable_chain(0)->mutable_lar()->set_spe_charge_adc(1e6);
    CHECK_THAT(test::refusal(huge), Catch::Contains("up to 65536"));
    auto policy = lar_config();
    policy.mutable_channel(1)->set_policy(config::Channel::PULSES);
    CHECK_THAT(test::refusal(policy), Catch::Contains("pmt1") && Catch::Contains("PULSES"));
    auto slice = lar_config();
    slice.mutable_chain(0)->mutable_lar()->add_spe_slice()->set_channel("veto");
    CHECK_THAT(test::refusal(slice), Catch::Contains("'veto'"));
    auto most = lar_config(65);
    CHECK_THAT(test::refusal(most), Catch::Contains("65 PMTs"));
    CHECK(test::refusal(lar_config(64)).empty());
}

TEST_CASE("LAr: nothing is allocated per window once a worker is warm", "[lar]") {
    const auto config = lar_config();
    auto pmts = event_of_eight_pe();
    for (auto& codes : pmts)
        for (std::int64_t i = 100; i < 4900; i += 50)
            add_pulse(codes, i, 40, 3);
    const auto record = record_of(pmts).record;
    const auto chain = make_chain(config.chain(0), config).value();
    const auto worker = chain->make_worker();
    const std::vector<std::uint32_t> own{0};
    const std::vector<ChannelTraces> partners{{1, {1}}}, vetoes{{2, {2}}};
    std::vector<Candidate> out;
    worker->reconstruct({record, 0, own, vetoes, partners}, out);
    REQUIRE(out.at(0).found);
    out.clear();
    const auto before = tests::allocations();
    worker->reconstruct({record, 0, own, vetoes, partners}, out);
    CHECK(tests::allocations() == before);
    CHECK(out.size() == 1);
}

TEST_CASE(
    "LAr: windows and traces of any bounds, over one another, reduced or empty, give a candidate or none",
    "[property][lar]") {
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    const auto pick = [&](std::int64_t least, std::int64_t most) {
        return std::uniform_int_distribution<std::int64_t>(least, most)(random);
    };
    int found = 0;
    for (int round = 0; round < 500; ++round) {
        auto config = lar_config(3);
        config.mutable_gate()->set_mode(pick(0, 1) == 0 ? config::Gate::STROBED
                                                        : config::Gate::SELF_TRIGGERED);
        auto& lar = *config.mutable_chain(0)->mutable_lar();
        lar.set_integration_ns(static_cast<double>(pick(90, 2000)));
        lar.set_pre_ns(static_cast<double>(pick(0, 200)));
        lar.set_coincidence_pmts(static_cast<std::uint32_t>(pick(1, 3)));
        lar.set_maximum_within_ns(static_cast<double>(pick(1, 3000)));
        EngineUnderTest engine(config);
        SeveralPmtsRecord built;
        for (auto t = pick(0, 8); t > 0; --t) {
            Codes codes(static_cast<std::size_t>(pick(0, 400)));
            const auto spread = pick(1, 3000);
            for (auto& code : codes)
                code = static_cast<std::int32_t>(pick(std::max<std::int64_t>(0, 3000 - spread), 3020));
            const auto index = built.add_trace(static_cast<std::size_t>(pick(0, 2)), pick(-500, 500), codes);
            if (pick(0, 9) == 0) built.record.traces[index].flags |= proto::TRACE_REDUCED;
        }
        for (auto w = pick(0, 3); w > 0; --w) {
            const auto pretrace = pick(-600, 600);
            const auto roi = pick(-600, 600);
            built.add_window(wire::IN_TIME, pretrace, pretrace + pick(0, 500), roi, roi + pick(0, 1200));
        }
        const auto& candidates = engine.reconstruct(built.record);
        CHECK(candidates.size() == built.record.windows.size());
        for (const auto& candidate : candidates) {
            if (!candidate.found) continue;
            ++found;
            const auto& window = built.record.windows[candidate.window];
            CHECK(engine.value(candidate, "t_rec_ns") >= 0);
            CHECK(engine.value(candidate, "t_rec_ns") <
                  static_cast<double>(window.roi_end - window.roi_begin) * 4);
            CHECK(engine.value(candidate, "pmts") >= lar.coincidence_pmts());
            CHECK(engine.value(candidate, "own_pe") + engine.value(candidate, "partner_pe") ==
                  Approx(engine.value(candidate, "pe")).margin(1e-6));
        }
    }
    CHECK(found > 20);
}

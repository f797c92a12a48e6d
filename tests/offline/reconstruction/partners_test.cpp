// The PMT chain of a detector with several PMTs, from record to candidate.
#include <cmath>

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

// 4 ns samples: coincidence 25, integration 750 samples.
config::Config partners_config(std::size_t pmts = 2) {
    auto config = test::several_pmts_config(pmts);
    auto& pmt = *config.mutable_chain(0)->mutable_pmt();
    pmt.set_baseline_ns(4000);
    pmt.set_spe_charge_adc(30);
    pmt.set_linear_gate_check(false);
    return config;
}

// Three samples of depth 10 whose region begins at `begin`, counted from the roi begin: charge 30.
void add_peak(Codes& codes, std::int64_t begin, std::int32_t depth = 10) {
    for (auto i = roi_begin + begin + 2; i < roi_begin + begin + 5; ++i)
        codes[static_cast<std::size_t>(i)] = level - depth;
}

SeveralPmtsRecord record_of(const std::vector<Codes>& pmts) {
    SeveralPmtsRecord built;
    for (std::size_t p = 0; p < pmts.size(); ++p)
        built.add_trace(p, 0, pmts[p]);
    built.add_window(wire::IN_TIME, 0, roi_begin, roi_begin, record_samples);
    return built;
}

}  // namespace

TEST_CASE("with partners the first coincidence is the arrival, and the light of all PMTs is added",
          "[partners]") {
    auto config = partners_config();
    auto& slice = *config.mutable_chain(0)->mutable_pmt()->add_spe_slice();
    slice.set_channel("pmt1");
    slice.set_valid_from_utc_ns(-1);
    slice.set_valid_to_utc_ns(1);
    slice.set_spe_charge_adc(15);
    EngineUnderTest engine(config);
    std::vector<Codes> pmts(2, flat(record_samples, level));
    add_peak(pmts[0], -500);
    add_peak(pmts[0], 20);   // dark: nothing in the partner
    add_peak(pmts[1], 100);  // the arrival
    add_peak(pmts[0], 125);
    add_peak(pmts[0], 400, 20);
    add_peak(pmts[1], 847);  // onset 749 after the arrival: the last that counts
    add_peak(pmts[0], 848);  // onset 750
    const auto candidate = engine.reconstruct(record_of(pmts).record)[0];
    const auto value = [&](std::string_view name) { return engine.value(candidate, name); };
    REQUIRE(candidate.found);
    CHECK(candidate.quality == 0);
    CHECK(value("t_rec_ns") == 400);
    CHECK(value("n_peaks") == 4);
    // Of the peak at 847 one sample over threshold lies inside the window, which ends at 850.
    CHECK(value("charge_adc") == 30 + 60 + 30 + 10);
    CHECK(value("pe") == Approx(90 / 30.0 + 40 / 15.0));
    CHECK(value("peak_adc") == 20);
    CHECK(value("pmts") == 2);
    CHECK(value("pe_asymmetry") == Approx((3 - 40 / 15.0) / (3 + 40 / 15.0)));
    CHECK(value("pretrace_peaks") == 1);
    CHECK(value("roi_peaks") == 6);
    // Light in PE/3: 2 2 2 at 2–4, 1 1 1 at 27–29, 2 2 2 at 302–304, 2 at 749.
    CHECK(value("t50_ns") == Approx(4 * (26 + 2.5)).margin(1e-4));
    CHECK(value("t10_ns") == Approx(4 * (1 + 1.7 / 2)).margin(1e-4));
    CHECK(value("t90_ns") == Approx(4 * (748 + 0.3 / 2)).margin(1e-4));
}

TEST_CASE("with partners a peak of one PMT alone is no candidate, of as many as are asked for it is",
          "[partners]") {
    auto config = partners_config(3);
    std::vector<Codes> pmts(3, flat(record_samples, level));
    add_peak(pmts[1], 100);
    add_peak(pmts[2], 110);
    const auto record = record_of(pmts).record;
    CHECK(EngineUnderTest(config).reconstruct(record)[0].found);
    config.mutable_chain(0)->mutable_pmt()->set_coincidence_pmts(3);
    CHECK_FALSE(EngineUnderTest(config).reconstruct(record)[0].found);
    config.mutable_chain(0)->mutable_pmt()->set_coincidence_pmts(1);
    CHECK(EngineUnderTest(config).reconstruct(record)[0].found);
    config.mutable_chain(0)->mutable_pmt()->set_coincidence_pmts(2);
    config.mutable_chain(0)->mutable_pmt()->set_coincidence_ns(39);
    CHECK(EngineUnderTest(config).reconstruct(record)[0].found);  // 10 samples, to the nearest
    config.mutable_chain(0)->mutable_pmt()->set_coincidence_ns(37);
    CHECK_FALSE(EngineUnderTest(config).reconstruct(record)[0].found);
}

TEST_CASE("without partners there is no coincidence to ask for", "[partners]") {
    auto config = partners_config(1);
    EngineUnderTest engine(config);
    std::vector<Codes> pmts(1, flat(record_samples, level));
    add_peak(pmts[0], 100);
    const auto candidate = engine.reconstruct(record_of(pmts).record)[0];
    REQUIRE(candidate.found);
    CHECK(engine.value(candidate, "pe") == 1);
    CHECK(std::isnan(engine.value(candidate, "pmts")));
    CHECK(std::isnan(engine.value(candidate, "pe_asymmetry")));
}

TEST_CASE("a PMT without a trace or with another sample period is said of the window", "[partners]") {
    EngineUnderTest engine(partners_config());
    std::vector<Codes> pmts(2, flat(record_samples, level));
    add_peak(pmts[0], 100);
    add_peak(pmts[1], 100);
    CHECK(engine.has_quality(engine.reconstruct(record_of({pmts[0]}).record)[0], "no-trace"));
    auto built = record_of(pmts);
    CHECK(engine.reconstruct(built.record)[0].found);
    built.record.traces[1].ticks_per_sample = 2;
    const auto candidate = engine.reconstruct(built.record)[0];
    CHECK_FALSE(candidate.found);
    CHECK(engine.has_quality(candidate, "period-mismatch"));
}

TEST_CASE("partners that do not fit are refused with the reason", "[partners]") {
    CHECK(test::refusal(partners_config()).empty());
    auto asked = partners_config();
    asked.mutable_chain(0)->mutable_pmt()->set_coincidence_pmts(3);
    CHECK_THAT(test::refusal(asked), Catch::Contains("coincidence_pmts is 3") && Catch::Contains("2 PMTs"));
    auto rates = partners_config();
    rates.mutable_board(1)->set_sample_rate_mhz(500);
    CHECK_THAT(test::refusal(rates), Catch::Contains("500 MHz"));
    auto codes = partners_config();
    codes.mutable_board(0)->set_bits(8);
    codes.mutable_board(0)->set_is_signed(true);
    codes.mutable_chain(0)->mutable_pmt()->set_codes(config::PmtChain::CSI_2017);
    CHECK_THAT(test::refusal(codes), Catch::Contains("'pmt1'") && Catch::Contains("12 bits"));
    auto policy = partners_config();
    policy.mutable_channel(1)->set_policy(config::Channel::PULSES);
    CHECK_THAT(test::refusal(policy), Catch::Contains("'pmt1'") && Catch::Contains("PULSES"));
    auto slice = partners_config();
    auto& of_partner = *slice.mutable_chain(0)->mutable_pmt()->add_spe_slice();
    of_partner.set_channel("pmt1");
    of_partner.set_valid_from_utc_ns(0);
    of_partner.set_valid_to_utc_ns(1);
    of_partner.set_spe_charge_adc(30);
    CHECK(test::refusal(slice).empty());
    of_partner.set_channel("veto");
    CHECK_THAT(test::refusal(slice), Catch::Contains("'veto'"));
}

TEST_CASE("with partners nothing is allocated per window once a worker is warm", "[partners]") {
    for (const auto variant :
         {config::PmtChain::MEDIAN, config::PmtChain::LOCAL_BASELINE, config::PmtChain::CONDITIONAL_MEAN}) {
        auto config = partners_config();
        config.mutable_chain(0)->mutable_pmt()->set_variant(variant);
        std::vector<Codes> pmts(2, flat(record_samples, level));
        for (std::int64_t i = -1900; i < 2900; i += 40) {
            add_peak(pmts[0], i);
            add_peak(pmts[1], i + 7);
        }
        const auto record = record_of(pmts).record;
        const auto chain = make_chain(config.chain(0), config).value();
        const auto worker = chain->make_worker();
        const std::vector<std::uint32_t> own{0};
        const std::vector<ChannelTraces> partners{{1, {1}}};
        std::vector<Candidate> out;
        worker->reconstruct({record, 0, own, {}, partners}, out);
        REQUIRE(out.at(0).found);
        out.clear();
        const auto before = tests::allocations();
        worker->reconstruct({record, 0, own, {}, partners}, out);
        CHECK(tests::allocations() == before);
    }
}

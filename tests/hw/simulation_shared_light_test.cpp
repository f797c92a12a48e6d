// Several PMTs that look at one volume, and light that tells nuclear recoils from electrons. Bounds are five
// standard deviations unless said.
#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include <catch2/catch.hpp>

#include "tests/hw/truth_reader.hpp"

using namespace spillgate;
using namespace spillgate::hw::testing;

namespace {

constexpr double baseline = 15000;
constexpr double spe_charge = 400;

// Two PMTs at a volume without slow light, 14 bits at 250 MS/s, charges of PE nearly equal.
config::Board shared_board(std::uint64_t slots) {
    auto board = dark_board(slots);
    board.set_sample_rate_mhz(250);
    board.set_bits(14);
    board.set_is_signed(false);
    auto& pmt = *board.mutable_simulation()->mutable_pmt();
    pmt.set_detector_channels(2);
    pmt.set_shared_light(true);
    pmt.set_baseline_adc(baseline);
    pmt.set_noise_adc(0.5);
    pmt.set_spe_charge_adc(spe_charge);
    pmt.set_spe_polya_m(100);
    pmt.set_fast_ns(230);
    pmt.set_slow_to_fast(0);
    pmt.set_slow_ns(230);
    return board;
}

// PE in [begin, end) ticks on a trace.
double pe_between(const hw::Batch& batch, const hw::DeviceTrace& trace, std::int64_t begin,
                  std::int64_t end) {
    double sum = 0;
    for (std::int64_t i = begin; i < end; ++i)
        sum += baseline - batch.samples[trace.offset + static_cast<std::uint64_t>(i - trace.first.ticks)];
    return sum / spe_charge;
}

// Calls back for each deposit that is alone from `before` to `after` ticks around it, with the batch whose
// traces hold all of that.
template <typename See>
void each_alone(const Simulated& simulated, std::int64_t before, std::int64_t after, See see) {
    std::vector<TruthLine> deposits;
    for (const auto& line : simulated.truth)
        if (line.n_pe > 0) deposits.push_back(line);
    std::sort(deposits.begin(), deposits.end(),
              [](const TruthLine& a, const TruthLine& b) { return a.ticks < b.ticks; });
    for (const auto& batch : simulated.batches) {
        if (batch.traces.empty()) continue;
        const std::int64_t begin = batch.traces[0].first.ticks;
        const std::int64_t end = begin + batch.traces[0].count;
        for (std::size_t i = 1; i + 1 < deposits.size(); ++i) {
            const std::int64_t tick = deposits[i].ticks;
            if (tick - before < begin || tick + after > end) continue;
            if (tick - deposits[i - 1].ticks < before + after || deposits[i + 1].ticks - tick < after)
                continue;
            see(deposits[i], batch);
        }
    }
}

}  // namespace

TEST_CASE("each photoelectron of shared light goes to one PMT, with equal chances", "[hw]") {
    auto board = shared_board(1200);
    auto& pmt = *board.mutable_simulation()->mutable_pmt();
    pmt.set_detector_channels(GENERATE(2u, 3u));
    pmt.set_steady_rate_hz(4000);
    pmt.set_steady_mean_pe(60);
    const auto pmts = static_cast<double>(pmt.detector_channels());
    const auto simulated = simulate_with_truth(board);
    double n = 0, pe = 0, seen = 0, first = 0, spread = 0;
    each_alone(simulated, 50, 700, [&](const TruthLine& deposit, const hw::Batch& batch) {
        CHECK(deposit.channel == 0);
        const auto on = [&](std::size_t channel) {
            return pe_between(batch, batch.traces[channel], deposit.ticks - 10, deposit.ticks + 690);
        };
        double all = 0;
        for (std::size_t i = 0; i < pmt.detector_channels(); ++i)
            all += on(i);
        const double share = on(0) - deposit.n_pe / pmts;
        n += 1;
        pe += deposit.n_pe;
        seen += all;
        first += on(0);
        spread += share * share / (deposit.n_pe * (1 / pmts) * (1 - 1 / pmts));
        // Charges of PE differ by 10 %; noise and rounding add 0.1 PE or so.
        CHECK(all == Approx(deposit.n_pe).margin(5 * 0.1 * std::sqrt(deposit.n_pe) + 0.5));
    });
    REQUIRE(n > 250);
    CHECK(seen == Approx(pe).margin(5 * 0.1 * std::sqrt(pe) + 0.1 * n));
    CHECK(first / pe == Approx(1 / pmts).margin(5 * std::sqrt((1 / pmts) * (1 - 1 / pmts) / pe)));
    // Of a binomial deviate in units of its σ: its square is 1 on average, and spreads by about √2 (a little
    // more for small deposits). The charges' own spread adds 1 %, its fraction of PE as well.
    CHECK(spread / n == Approx(1.015).margin(5 * 1.5 / std::sqrt(n)));
}

TEST_CASE("what shares its light is listed once, dark photoelectrons with their own PMT", "[hw]") {
    auto board = shared_board(600);  // 10 s
    auto& pmt = *board.mutable_simulation()->mutable_pmt();
    pmt.set_dark_rate_hz(500);
    pmt.set_steady_rate_hz(100);
    pmt.set_muon_rate_hz(40);
    pmt.set_muon_through_fraction(0.5);
    std::map<std::pair<std::string, std::uint32_t>, double> counts;
    for (const auto& line : simulate_with_truth(board).truth)
        counts[{line.kind, line.channel}] += 1;
    const double seconds = 602.0 / 60;
    const auto check = [&](const char* kind, std::uint32_t channel, double rate_hz) {
        CAPTURE(kind, channel);
        CHECK(counts[{kind, channel}] == Approx(rate_hz * seconds).margin(5 * std::sqrt(rate_hz * seconds)));
    };
    check("dark", 0, 500);
    check("dark", 1, 500);
    check("steady", 0, 100);
    check("steady", 1, 0);
    check("muon", 2, 40);
    check("large", 0, 20);
    check("large", 1, 0);
}

TEST_CASE("a dark photoelectron is seen by the PMT that it was born in, and by no other", "[hw]") {
    auto board = shared_board(400);
    board.mutable_simulation()->mutable_pmt()->set_dark_rate_hz(5000);
    int n = 0;
    each_alone(simulate_with_truth(board), 50, 50, [&](const TruthLine& deposit, const hw::Batch& batch) {
        for (std::uint32_t channel = 0; channel < 2; ++channel)
            CHECK(pe_between(batch, batch.traces[channel], deposit.ticks - 10, deposit.ticks + 20) ==
                  Approx(channel == deposit.channel ? 1 : 0).margin(0.6));
        ++n;
    });
    CHECK(n > 100);
}

TEST_CASE("nuclear recoils have their own share of fast light: F90 of liquid argon", "[hw]") {
    // Singlet and triplet of argon: 6 ns and 1.4 μs.
    const double fast = 6, slow = 1400;
    const bool nuclear = GENERATE(false, true);
    auto board = shared_board(3000);
    board.mutable_simulation()->set_record_ns(30'000);
    board.mutable_simulation()->set_mark_position_ns(10'000);
    auto& pmt = *board.mutable_simulation()->mutable_pmt();
    pmt.set_fast_ns(fast);
    pmt.set_slow_ns(slow);
    pmt.set_slow_to_fast(2.9);
    pmt.set_slow_to_fast_nuclear(0.36);
    if (nuclear) {
        pmt.set_cevns_per_spill(0.3);
        pmt.set_neutrons_per_spill(0.3);
        pmt.set_cevns_mean_pe(80);
        pmt.set_neutron_mean_pe(80);
    } else {
        pmt.set_steady_rate_hz(8000);
        pmt.set_steady_mean_pe(80);
    }
    double prompt = 0, all = 0;
    // A PE's pulse of 8 ns is best told by its middle, 1.5 samples or so after its begin.
    each_alone(simulate_with_truth(board), 1500, 1600, [&](const TruthLine& deposit, const hw::Batch& batch) {
        for (std::size_t channel = 0; channel < 2; ++channel) {
            const auto& trace = batch.traces[channel];
            all += pe_between(batch, trace, deposit.ticks - 5, deposit.ticks + 1502);
            prompt += pe_between(batch, trace, deposit.ticks - 5, deposit.ticks + 24);
        }
    });
    REQUIRE(all > 8000);
    const double share = 1 / (1 + (nuclear ? 0.36 : 2.9));  // of fast light
    const auto within = [&](double ns) { return share + (1 - share) * (1 - std::exp(-ns / slow)); };
    const double f90 = within(90) / within(6000);
    CAPTURE(all, f90);
    CHECK(f90 == Approx(nuclear ? 0.75 : 0.3).margin(0.03));
    CHECK(prompt / all == Approx(f90).margin(5 * std::sqrt(f90 * (1 - f90) / all) + 0.005));
}

TEST_CASE("shared light is one process in time, whatever part of it is recorded", "[hw]") {
    auto board = shared_board(60);
    auto& pmt = *board.mutable_simulation()->mutable_pmt();
    pmt.set_noise_adc(0);
    pmt.set_slow_ns(5000);
    pmt.set_slow_to_fast(1);
    pmt.set_steady_rate_hz(20'000);
    const auto whole = simulate(board);
    board.mutable_simulation()->set_record_ns(20'000);
    board.mutable_simulation()->set_mark_position_ns(14'950);
    const auto part = simulate(board);
    REQUIRE(whole.size() == part.size());
    int lit = 0;
    for (std::size_t b = 0; b + 1 < whole.size(); ++b) {
        for (std::size_t channel = 0; channel < 2; ++channel) {
            const auto all = std::span(whole[b].samples).subspan(whole[b].traces[channel].offset);
            const auto some = std::span(part[b].samples)
                                  .subspan(part[b].traces[channel].offset, part[b].traces[channel].count);
            CHECK(std::equal(some.begin(), some.end(), all.begin() + 10'000));
            lit += *std::min_element(some.begin(), some.begin() + 20) < 14'990;
        }
    }
    CHECK(lit > 0);
}

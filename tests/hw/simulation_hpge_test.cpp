// The simulated HPGe detector: shapes, energies, rates, pile-up, triggers. Bounds are five standard
// deviations unless said.
#include <algorithm>
#include <cmath>
#include <map>

#include <catch2/catch.hpp>

#include "hw/simulation/hpge/charge_pulse.hpp"
#include "tests/hw/truth_reader.hpp"

using namespace spillgate;
using namespace spillgate::hw::testing;
using namespace spillgate::hw::simulation::hpge;

namespace {

constexpr double decay_samples = 20'000;  // 80 μs at 250 MS/s
constexpr double adc_per_kev = 4;
constexpr double baseline = 2000;

// The charge collected since the trace's begin: what the decay has taken is put back, sample by sample.
std::vector<double> undecayed(const hw::Batch& batch, const hw::DeviceTrace& trace) {
    const double left = std::exp(-1 / decay_samples);
    std::vector<double> charge;
    double sum = 0, before = 0;
    for (std::uint64_t i = 0; i < trace.count; ++i) {
        const double now = batch.samples[trace.offset + i] - baseline;
        if (i > 0) sum += now - left * before;
        before = now;
        charge.push_back(sum);
    }
    return charge;
}

double mean_of(const std::vector<double>& values, std::int64_t begin, std::int64_t end) {
    double sum = 0;
    for (std::int64_t i = begin; i < end; ++i)
        sum += values[static_cast<std::size_t>(i)];
    return sum / static_cast<double>(end - begin);
}

struct Step {
    TruthLine truth;
    double height_kev = 0;
    double rise_ns = 0;  // from 10 to 90 %
};

// First sample after `from`, to a fraction, at which `values` reach `level`.
double reaches(const std::vector<double>& values, std::int64_t from, double level) {
    auto i = static_cast<std::size_t>(from);
    while (values[i] < level)
        ++i;
    return static_cast<double>(i) - (values[i] - level) / (values[i] - values[i - 1]);
}

// Every deposit of more than 10 keV that stands alone, as its waveform shows it.
std::vector<Step> steps_of(const Simulated& simulated) {
    constexpr std::int64_t collection = 300, mean = 2000, margin = collection + mean;
    std::vector<TruthLine> deposits;
    for (const auto& line : simulated.truth)
        if (line.energy_kev > 0) deposits.push_back(line);
    std::sort(deposits.begin(), deposits.end(),
              [](const TruthLine& a, const TruthLine& b) { return a.ticks < b.ticks; });
    std::vector<Step> steps;
    for (const auto& batch : simulated.batches) {
        for (const auto& trace : batch.traces) {
            if (trace.channel != 0) continue;
            const auto charge = undecayed(batch, trace);
            for (std::size_t i = 1; i + 1 < deposits.size(); ++i) {
                const std::int64_t at = deposits[i].ticks - trace.first.ticks;
                if (at < margin || at + margin >= trace.count || deposits[i].energy_kev < 10) continue;
                if (deposits[i].ticks - deposits[i - 1].ticks < margin) continue;
                if (deposits[i + 1].ticks - deposits[i].ticks < margin) continue;
                const double low = mean_of(charge, at - mean, at);
                const double high = mean_of(charge, at + collection, at + margin);
                steps.push_back({deposits[i], (high - low) / adc_per_kev,
                                 4 * (reaches(charge, at, low + 0.9 * (high - low)) -
                                      reaches(charge, at, low + 0.1 * (high - low)))});
            }
        }
    }
    return steps;
}

struct Moments {
    double n = 0, sum = 0, squares = 0;
    void add(double value) {
        n += 1;
        sum += value;
        squares += value * value;
    }
    double mean() const { return sum / n; }
    double sigma() const { return std::sqrt(std::max(0.0, squares / n - mean() * mean())); }
};

config::SimulatedHpge& hpge_of(config::Board& board) {
    return *board.mutable_simulation()->mutable_hpge();
}

void add_line(config::Board& board, double energy_kev, double rate_hz) {
    auto& line = *hpge_of(board).add_line();
    line.set_energy_kev(energy_kev);
    line.set_rate_hz(rate_hz);
}

}  // namespace

TEST_CASE(
    "a charge pulse rises as drawn, decays exponentially and keeps its height at every sub-sample position",
    "[hw]") {
    const double collection = GENERATE(7.0, 60.0, 250.0);
    for (const float fraction : {0.0f, 0.25f, 0.6f, 0.999f}) {
        CAPTURE(collection, fraction);
        const ChargePulse pulse(decay_samples);
        std::vector<float> samples(4000);
        pulse.add({1000, fraction, collection, 10'000}, 0, samples);
        CHECK(samples[1000] == 0);
        std::vector<double> charge;
        const double left = std::exp(-1 / decay_samples);
        double sum = 0;
        for (std::size_t i = 1; i < samples.size(); ++i) {
            sum += samples[i] - left * samples[i - 1];
            charge.push_back(sum);
        }
        // A sample's charge comes in its middle: half a sample of decay is lost.
        CHECK(charge.back() == Approx(10'000 * std::exp(-0.5 / decay_samples)).epsilon(1e-5));
        const double rise = reaches(charge, 990, 9000) - reaches(charge, 990, 1000);
        CHECK(rise * collection_per_rise == Approx(collection).epsilon(collection < 10 ? 0.03 : 1e-3));
        const double t0 = reaches(charge, 990, 5000) - collection / 2 + 1;
        CHECK(t0 == Approx(1000 + fraction).margin(0.05));
        CHECK(samples[3500] / samples[2500] == Approx(std::exp(-1000 / decay_samples)).epsilon(1e-5));
    }
}

TEST_CASE("a charge pulse is the same, bit for bit, in any stretch", "[hw]") {
    const ChargePulse pulse(300);
    const ChargeStep step{500, 0.3f, 80, 777};
    std::vector<float> whole(8000);
    pulse.add(step, 0, whole);
    for (std::int64_t begin = 0; begin < 7900; begin += 37) {
        std::vector<float> part(100);
        pulse.add(step, begin, part);
        CHECK(std::equal(part.begin(), part.end(), whole.begin() + begin));
    }
    CHECK(whole[5300] > 0);
    CHECK(whole[5500] == 0);  // 16 decay times after the rise
}

TEST_CASE("lines stand where they belong, as wide as Fano's factor makes them, on the tails of others",
          "[hw]") {
    auto board = quiet_hpge_board(1500);
    add_line(board, 511, 4000);
    add_line(board, 2614.5, 2000);
    const auto simulated = simulate_with_truth(board);
    std::map<double, Moments> lines;
    Moments rise;
    for (const auto& step : steps_of(simulated)) {
        CHECK(step.truth.kind == "line");
        lines[step.truth.energy_kev].add(step.height_kev);
        rise.add(step.rise_ns);
        CHECK(step.rise_ns > 100 - 5);
        CHECK(step.rise_ns < 600 + 5);
    }
    REQUIRE(lines.size() == 2);
    for (const auto& [energy, seen] : lines) {
        CAPTURE(energy, seen.n);
        REQUIRE(seen.n > 100);
        // Two means of 2000 samples with noise of 1 ADC and rounding, and the noise that putting the decay
        // back adds: 0.02 ADC, whatever the energy.
        const double sigma = std::sqrt(0.11 * 2.96e-3 * energy);
        CHECK(seen.mean() ==
              Approx(energy * std::exp(-0.5 / decay_samples)).margin(5 * sigma / std::sqrt(seen.n)));
        CHECK(seen.sigma() == Approx(sigma).epsilon(5 / std::sqrt(2 * seen.n)));
    }
    // Drawn evenly from 100 to 600 ns.
    CHECK(rise.mean() == Approx(350).margin(5 * 500 / std::sqrt(12 * rise.n)));
    CHECK(rise.sigma() == Approx(500 / std::sqrt(12.0)).epsilon(0.1));
}

TEST_CASE("the pulser comes at equal distances, with no width but the noise's", "[hw]") {
    auto board = quiet_hpge_board(1200);
    hpge_of(board).set_pulser_rate_hz(3001);
    hpge_of(board).set_pulser_kev(1000);
    const auto simulated = simulate_with_truth(board);
    std::vector<std::int64_t> times;
    for (const auto& line : simulated.truth) {
        if (line.kind != "pulser") continue;
        times.push_back(line.ticks);
        CHECK(line.energy_kev == 1000);
    }
    std::sort(times.begin(), times.end());
    CHECK(static_cast<double>(times.size()) == Approx(3001.0 * 1201.5 / 60).margin(30));
    for (std::size_t i = 1; i < times.size(); ++i)
        CHECK(static_cast<double>(times[i] - times[i - 1]) == Approx(250e6 / 3001).margin(1));
    Moments seen;
    for (const auto& step : steps_of(simulated))
        seen.add(step.height_kev);
    REQUIRE(seen.n > 100);
    CHECK(seen.mean() == Approx(1000).margin(0.05));
    CHECK(seen.sigma() < 0.03);
}

TEST_CASE("everything in a crystal happens at its stated rate and energy", "[hw]") {
    auto board = quiet_hpge_board(6000);  // 100 s
    board.mutable_simulation()->set_record_ns(1000);
    board.mutable_simulation()->set_mark_position_ns(500);
    auto& hpge = hpge_of(board);
    hpge.set_detector_channels(2);
    hpge.set_continuum_rate_hz(50);
    hpge.set_continuum_max_kev(2000);
    hpge.set_cevns_per_spill(0.4);
    hpge.set_neutrons_per_spill(0.2);
    hpge.set_muon_rate_hz(30);
    add_line(board, 1460.8, 12);
    add_line(board, 10.37, 3);
    std::map<std::pair<std::string, std::uint32_t>, Moments> seen;
    std::map<double, double> lines;
    for (const auto& line : simulate_with_truth(board).truth) {
        seen[{line.kind, line.channel}].add(line.energy_kev);
        if (line.kind == "line") lines[line.energy_kev] += 1;
        if (line.energy_kev > 0) CHECK(line.n_pe == 0);
        if (line.kind == "muon") CHECK(line.n_pe > 0);
    }
    const double seconds = 6002.0 / 60;
    const auto check_count = [](double n, double expected) {
        CHECK(n == Approx(expected).margin(5 * std::sqrt(expected)));
    };
    for (const std::uint32_t channel : {0u, 1u}) {
        CAPTURE(channel);
        const auto& continuum = seen[{"continuum", channel}];
        check_count(continuum.n, 50 * seconds);
        CHECK(continuum.mean() == Approx(1000).margin(5 * 2000 / std::sqrt(12 * continuum.n)));
        CHECK(continuum.sigma() == Approx(2000 / std::sqrt(12.0)).epsilon(0.04));
        check_count(seen[{"cevns-prompt", channel}].n, 0.25 * 0.4 * 6002);
        const auto& delayed = seen[{"cevns-delayed", channel}];
        check_count(delayed.n, 0.75 * 0.4 * 6002);
        CHECK(delayed.mean() == Approx(1).margin(5 / std::sqrt(delayed.n)));  // exponential: σ is the mean
        const auto& neutrons = seen[{"beam-neutron", channel}];
        check_count(neutrons.n, 0.2 * 6002);
        CHECK(neutrons.mean() == Approx(5).margin(5 * 5 / std::sqrt(neutrons.n)));
    }
    check_count(seen[{"muon", 2}].n, 30 * seconds);
    REQUIRE(lines.size() == 2);
    check_count(lines.rbegin()->second, 2 * 12 * seconds);
    check_count(lines.begin()->second, 2 * 3 * seconds);
}

TEST_CASE("nothing is in the waveform that the truth list does not have", "[hw]") {
    auto board = quiet_hpge_board(800);
    hpge_of(board).set_continuum_rate_hz(300);
    hpge_of(board).set_muon_rate_hz(2000);
    hpge_of(board).set_cevns_per_spill(0.5);
    const auto simulated = simulate_with_truth(board);
    const std::int64_t reach = 16 * 20'000 + 400;
    int quiet = 0, busy = 0;
    for (const auto& batch : simulated.batches) {
        for (const auto& trace : batch.traces) {
            const bool any =
                std::any_of(simulated.truth.begin(), simulated.truth.end(), [&](const auto& line) {
                    return (line.energy_kev > 0 || line.n_pe > 0) && line.channel == trace.channel &&
                           line.ticks < trace.first.ticks + trace.count &&
                           line.ticks + reach > trace.first.ticks;
                });
            ++(any ? busy : quiet);
            if (any) continue;
            for (std::uint64_t i = 0; i < trace.count; ++i)  // noise of 1 ADC: 6.5 σ once in 10¹⁰ samples
                CHECK(std::abs(batch.samples[trace.offset + i] - baseline) <= 7);
        }
    }
    CHECK(quiet > 100);
    CHECK(busy > 100);
}

TEST_CASE("a crystal's noise is white, and the mean is the baseline", "[hw]") {
    auto board = quiet_hpge_board(40);
    hpge_of(board).set_noise_adc(3);
    double products = 0;
    Moments codes;
    for (const auto& batch : simulate(board)) {
        for (const auto& trace : batch.traces) {
            if (trace.channel != 0) continue;
            for (std::uint64_t i = 1; i < trace.count; ++i) {
                const double now = batch.samples[trace.offset + i] - baseline;
                codes.add(now);
                products += now * (batch.samples[trace.offset + i - 1] - baseline);
            }
        }
    }
    // The same stretch of noise, half a million samples long, is entered anew for each record.
    CHECK(codes.mean() == Approx(0).margin(5 * 3 / std::sqrt(500'000.0)));
    CHECK(codes.sigma() == Approx(std::sqrt(9 + 1.0 / 12)).epsilon(0.01));
    CHECK(products / codes.n / 9 == Approx(0).margin(5 / std::sqrt(500'000.0)));
}

TEST_CASE("a crystal's pulses end at the digitizer's last code, of either polarity", "[hw]") {
    auto board = quiet_hpge_board(100);
    auto& hpge = hpge_of(board);
    hpge.set_continuum_rate_hz(2000);
    hpge.set_continuum_max_kev(30'000);
    hpge.set_positive_pulses(GENERATE(false, true));
    if (!hpge.positive_pulses()) hpge.set_baseline_adc(60'000);
    std::uint16_t lowest = 65535, highest = 0;
    for (const auto& batch : simulate(board)) {
        for (const auto& trace : batch.traces) {
            if (trace.channel != 0) continue;
            for (std::uint64_t i = 0; i < trace.count; ++i) {
                lowest = std::min(lowest, batch.samples[trace.offset + i]);
                highest = std::max(highest, batch.samples[trace.offset + i]);
            }
        }
    }
    CHECK((hpge.positive_pulses() ? highest == 65535 : lowest == 0));
    CHECK((hpge.positive_pulses() ? lowest > 1900 : highest < 60'100));
}

TEST_CASE("a crystal's waveform is one process in time, whatever part of it is recorded", "[hw]") {
    auto board = quiet_hpge_board(60);
    hpge_of(board).set_noise_adc(0);
    hpge_of(board).set_continuum_rate_hz(10'000);
    const auto whole = simulate(board);
    board.mutable_simulation()->set_record_ns(20'000);
    board.mutable_simulation()->set_mark_position_ns(14'950);
    const auto part = simulate(board);
    REQUIRE(whole.size() == part.size());
    int on_tails = 0;
    for (std::size_t b = 0; b + 1 < whole.size(); ++b) {
        const auto all = std::span(whole[b].samples).subspan(whole[b].traces[0].offset);
        const auto some =
            std::span(part[b].samples).subspan(part[b].traces[0].offset, part[b].traces[0].count);
        CHECK(std::equal(some.begin(), some.end(), all.begin() + 10'000));
        on_tails += some[0] > 2010;
    }
    CHECK(on_tails > 30);
}

TEST_CASE("a self-triggered crystal yields a trace at each step over threshold, on tails as well", "[hw]") {
    auto board = quiet_hpge_board(200);
    auto& simulation = *board.mutable_simulation();
    simulation.set_self_triggered(true);
    simulation.set_trigger_adc(40);  // 10 keV
    simulation.set_trace_ns(20'000);
    simulation.set_trace_before_ns(8'000);
    hpge_of(board).set_continuum_rate_hz(2000);
    hpge_of(board).set_continuum_max_kev(100);
    const auto simulated = simulate_with_truth(board);
    std::vector<std::int64_t> traces;
    for (const auto& batch : simulated.batches)
        for (const auto& trace : batch.traces)
            if (trace.channel == 0) traces.push_back(trace.first.ticks);
    std::vector<TruthLine> deposits;
    for (const auto& line : simulated.truth)
        if (line.kind == "continuum") deposits.push_back(line);
    std::sort(deposits.begin(), deposits.end(),
              [](const auto& a, const auto& b) { return a.ticks < b.ticks; });
    const std::int64_t begin = simulated.batches.front().watermark.ticks;
    const std::int64_t end = simulated.batches.back().watermark.ticks - 1'000'000;
    int over = 0, under = 0, wrong = 0;
    for (std::size_t i = 1; i + 1 < deposits.size(); ++i) {
        const auto& d = deposits[i];
        // Alone in its trace, and not in that of the one before; clear of the threshold.
        if (d.ticks < begin || d.ticks > end || d.ticks - deposits[i - 1].ticks < 6000) continue;
        if (deposits[i + 1].ticks - d.ticks < 6000) continue;
        if (std::abs(d.energy_kev - 10) < 1) continue;
        const bool triggered = std::any_of(traces.begin(), traces.end(), [&](std::int64_t first) {
            return d.ticks - first > 2000 - 260 && d.ticks - first <= 2000;
        });
        ++(d.energy_kev > 10 ? over : under);
        wrong += triggered != (d.energy_kev > 10);
    }
    CHECK(over > 1000);
    CHECK(under > 100);
    CHECK(wrong == 0);
}

TEST_CASE("a muon is a short pulse on the crystal's veto channel, as high as the truth list says", "[hw]") {
    auto board = quiet_hpge_board(300);
    hpge_of(board).set_muon_rate_hz(3000);
    hpge_of(board).set_muon_adc(200);
    const auto simulated = simulate_with_truth(board);
    int found = 0;
    for (const auto& batch : simulated.batches) {
        for (const auto& trace : batch.traces) {
            if (trace.channel != 1) continue;
            for (const auto& line : simulated.truth) {
                const std::int64_t at = line.ticks - trace.first.ticks;
                if (line.kind != "muon" || at < 0 || at + 60 > trace.count) continue;
                std::uint16_t lowest = 65535;
                for (std::int64_t i = at; i < at + 60; ++i)
                    lowest = std::min(lowest, batch.samples[trace.offset + static_cast<std::uint64_t>(i)]);
                // 25 ns sampled every 4 ns: the top lies up to half a sample beside the highest one. A second
                // muon may add to it.
                CHECK(baseline - lowest >= 0.93 * line.n_pe - 4);
                ++found;
            }
        }
    }
    CHECK(found > 30);
}

TEST_CASE("a crystal that cannot be is refused in words", "[hw]") {
    const auto message = [](const config::Board& board) {
        const auto source = hw::make_source(board, {});
        REQUIRE(source.has_error());
        CHECK(source.error().kind == proto::ErrorKind::CONFIG);
        return source.error().message;
    };
    auto board = quiet_hpge_board(1);
    board.set_bits(8);
    CHECK_THAT(message(board), Catch::Contains("hpge is set on a board of 8 bits; allowed are 10 to 16"));
    board = quiet_hpge_board(1);
    hpge_of(board).set_rise_min_ns(700);
    CHECK_THAT(message(board), Catch::Contains("rise_min_ns is 700; allowed is at most rise_max_ns, 600"));
    board = quiet_hpge_board(1);
    hpge_of(board).set_decay_ns(500);
    CHECK_THAT(message(board), Catch::Contains("rise_max_ns is 600; allowed is at most decay_ns, 500"));
    board = quiet_hpge_board(1);
    hpge_of(board).set_decay_ns(9e7);
    CHECK_THAT(message(board), Catch::Contains("decay_ns is 9e+07; allowed is at most 3.5 cycles"));
    board = quiet_hpge_board(1);
    board.set_bits(10);
    CHECK_THAT(message(board), Catch::Contains("hpge.baseline_adc is 2000; allowed is 0 to 1023"));
    board = quiet_hpge_board(1);
    hpge_of(board).set_veto_channel(0);
    CHECK_THAT(message(board), Catch::Contains("veto_channel is 0"));
    board = dark_board(1);
    board.mutable_simulation()->mutable_pmt()->set_shared_light(true);
    CHECK_THAT(message(board), Catch::Contains("shared_light is set with one detector channel"));
}

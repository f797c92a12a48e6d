// What the simulated waveforms are made of: charge, shape, decay, noise, saturation, gate and codes.
#include <algorithm>
#include <cmath>
#include <map>

#include <catch2/catch.hpp>

#include "hw/simulation/pulse_shape.hpp"
#include "tests/hw/truth_reader.hpp"

using namespace spillgate;
using namespace spillgate::hw::testing;

namespace {

// 14 bits at 250 MS/s, with so little noise that what is tested is the physics.
config::Board fine_board(std::uint64_t slots) {
    auto board = dark_board(slots);
    board.set_sample_rate_mhz(250);
    board.set_bits(14);
    board.set_is_signed(false);
    auto& pmt = *board.mutable_simulation()->mutable_pmt();
    pmt.set_baseline_adc(15000);
    pmt.set_noise_adc(1);
    pmt.set_spe_charge_adc(2000);
    return board;
}

// Sum of baseline − sample over [begin, end) samples of a trace.
double charge(const hw::Batch& batch, const hw::DeviceTrace& trace, std::int64_t begin, std::int64_t end,
              double baseline) {
    double sum = 0;
    for (std::int64_t i = begin; i < end; ++i)
        sum += baseline - batch.samples[trace.offset + static_cast<std::uint64_t>(i)];
    return sum;
}

std::vector<std::int64_t> times_of(const std::vector<TruthLine>& truth, const std::string& kind) {
    std::vector<std::int64_t> times;
    for (const auto& line : truth)
        if (line.kind == kind) times.push_back(line.ticks);
    std::sort(times.begin(), times.end());
    return times;
}

// The linear-gate bit of docs/reconstruction.md in its own words: crossings of code 18, or baseline below 50.
bool linear_gate_seen(std::vector<int> samples) {
    int down = 0, up = 0;
    for (std::size_t i = 1; i < samples.size(); ++i) {
        down += samples[i - 1] >= 18 && samples[i] < 18;
        up += samples[i - 1] < 18 && samples[i] >= 18;
    }
    std::nth_element(samples.begin(), samples.begin() + 10000, samples.begin() + 20000);
    return down != up || samples[10000] < 50;
}

std::vector<int> samples_of(const hw::Batch& batch, const hw::DeviceTrace& trace) {
    std::vector<int> samples;
    for (std::uint64_t i = 0; i < trace.count; ++i)
        samples.push_back(signed_sample(batch.samples[trace.offset + i]));
    return samples;
}

int floored(double a) {
    return static_cast<int>(std::floor(a));
}

}  // namespace

TEST_CASE("a single photoelectron has the configured mean charge and Polya width", "[hw]") {
    const double m = GENERATE(1.0, 3.0);
    auto board = fine_board(1500);
    board.mutable_simulation()->mutable_beam()->set_repetition_hz(500);  // little time between records
    board.mutable_simulation()->mutable_pmt()->set_dark_rate_hz(40'000);
    board.mutable_simulation()->mutable_pmt()->set_spe_polya_m(m);
    const auto simulated = simulate_with_truth(board);
    const auto times = times_of(simulated.truth, "dark");
    constexpr std::int64_t before = 5, after = 30;  // samples of a PE's window
    double n = 0, sum = 0, squares = 0, cubes = 0;
    for (const auto& batch : simulated.batches) {
        for (const auto& trace : batch.traces) {
            if (trace.channel != 0) continue;
            auto it = std::lower_bound(times.begin(), times.end(), trace.first.ticks);
            for (; it != times.end() && *it + after < trace.first.ticks + trace.count; ++it) {
                const bool alone = (it == times.begin() || *it - it[-1] > 2 * after) &&
                                   (it + 1 == times.end() || it[1] - *it > 2 * after);
                const std::int64_t at = *it - trace.first.ticks;
                if (!alone || at < before) continue;
                const double q = charge(batch, trace, at - before, at + after, 15000) / 2000;
                n += 1;
                sum += q;
                squares += q * q;
                cubes += q * q * q;
            }
        }
    }
    REQUIRE(n > 2500);
    const double mean = sum / n;
    const double sigma = std::sqrt(squares / n - mean * mean);
    const double skew = (cubes / n - 3 * mean * sigma * sigma - mean * mean * mean) / std::pow(sigma, 3);
    const double width =
        1 / std::sqrt(1 + m);  // of a gamma distribution of shape 1 + m; its skewness is twice that
    CHECK(mean == Approx(1).margin(5 * width / std::sqrt(n)));
    CHECK(sigma == Approx(width).epsilon(0.08));
    CHECK(skew == Approx(2 * width).margin(0.3));
}

TEST_CASE("a pulse has the configured width and keeps its charge at every sub-sample position", "[hw]") {
    const double fwhm = GENERATE(2.0, 4.0, 12.5);
    const hw::simulation::PulseShape shape(fwhm);
    for (int phase = 0; phase < hw::simulation::PulseShape::phases; ++phase) {
        const auto samples = shape.at((static_cast<float>(phase) + 0.5f) / 16);
        double sum = 0;
        for (const float s : samples)
            sum += s;
        CHECK(sum == Approx(1).epsilon(1e-5));
        // Width at half height, linear between samples. Averaging over a sample widens narrow pulses.
        const auto top = std::max_element(samples.begin(), samples.end());
        const double half = *top / 2;
        auto right = top, left = top;
        while (*right > half)
            ++right;
        while (left != samples.begin() && *left > half)
            --left;
        const double width = static_cast<double>(right - left) - (half - right[0]) / (right[-1] - right[0]) -
                             (half - left[0]) / (left[1] - left[0]);
        CHECK(width == Approx(fwhm).epsilon(fwhm < 3 ? 0.25 : 0.06));
    }
}

TEST_CASE("scintillation light decays as configured", "[hw]") {
    auto board = fine_board(1500);
    auto& pmt = *board.mutable_simulation()->mutable_pmt();
    board.set_bits(16);
    pmt.set_baseline_adc(60000);
    pmt.set_spe_charge_adc(500);
    pmt.set_steady_rate_hz(1500);
    pmt.set_steady_mean_pe(100);
    const auto simulated = simulate_with_truth(board);
    const auto times = times_of(simulated.truth, "steady");
    constexpr std::int64_t microsecond = 250;  // samples
    const std::vector<double> edges{0, 0.5, 1, 2, 4, 8, 16, 30};
    std::vector<double> sums(edges.size() - 1);
    int deposits = 0;
    for (const auto& batch : simulated.batches) {
        for (const auto& trace : batch.traces) {
            if (trace.channel != 0) continue;
            auto it = std::lower_bound(times.begin(), times.end(), trace.first.ticks);
            for (; it != times.end() && *it + 30 * microsecond + 4 < trace.first.ticks + trace.count; ++it) {
                // Alone, as far as light reaches.
                if (it != times.begin() && *it - it[-1] < 110 * microsecond) continue;
                if (it + 1 != times.end() && it[1] - *it < 31 * microsecond) continue;
                const std::int64_t middle = *it - trace.first.ticks + 2;  // of a PE's pulse
                const auto at = [&](double us) {
                    return middle + std::llround(us * static_cast<double>(microsecond));
                };
                for (std::size_t i = 0; i + 1 < edges.size(); ++i)
                    sums[i] += charge(batch, trace, at(edges[i]), at(edges[i + 1]), 60000);
                ++deposits;
            }
        }
    }
    REQUIRE(deposits > 40);
    double total = 0;
    for (const double s : sums)
        total += s;
    const auto remaining = [](double t) {
        return (std::exp(-t / 1.054) + 0.41 * std::exp(-t / 11.2)) / 1.41;
    };
    const double all = remaining(0) - remaining(30);
    for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
        const double expected = (remaining(edges[i]) - remaining(edges[i + 1])) / all;
        CAPTURE(edges[i], edges[i + 1], deposits);
        CHECK(sums[i] / total == Approx(expected).margin(0.015));
    }
}

TEST_CASE("without light there is the baseline and its noise", "[hw]") {
    auto board = dark_board(20);
    board.mutable_simulation()->mutable_pmt()->set_noise_adc(0.8);
    board.mutable_simulation()->mutable_pmt()->set_baseline_adc(99.5);
    for (const std::uint32_t channel : {0u, 1u}) {
        double n = 0, sum = 0, squares = 0;
        for (const auto& batch : simulate(board)) {
            for (const auto& trace : batch.traces) {
                if (trace.channel != channel) continue;
                for (const int c : samples_of(batch, trace)) {
                    n += 1;
                    sum += c;
                    squares += c * c;
                }
            }
        }
        const double mean = sum / n;
        CHECK(mean == Approx(99.5).margin(0.01));
        // Rounding adds the variance of a uniform distribution.
        CHECK(squares / n - mean * mean == Approx(0.64 + 1.0 / 12).epsilon(0.02));
    }
}

TEST_CASE("large pulses end at the digitizer's last code, of either sign", "[hw]") {
    auto board = dark_board(40);
    auto& pmt = *board.mutable_simulation()->mutable_pmt();
    pmt.set_large_rate_hz(20'000);
    pmt.set_uneven_codes(GENERATE(false, true));
    pmt.set_positive_pulses(GENERATE(false, true));
    if (pmt.positive_pulses()) pmt.set_baseline_adc(-100);
    int lowest = 0, highest = 0;
    for (const auto& batch : simulate(board)) {
        for (const auto& trace : batch.traces) {
            const auto samples = samples_of(batch, trace);
            lowest = std::min(lowest, *std::min_element(samples.begin(), samples.end()));
            highest = std::max(highest, *std::max_element(samples.begin(), samples.end()));
        }
    }
    CHECK((pmt.positive_pulses() ? highest == 127 : lowest == -128));
    CHECK((pmt.positive_pulses() ? lowest > -128 : highest < 127));
}

TEST_CASE("the code correction of 2017 gives uneven codes back their even values", "[hw]") {
    auto board = simulated_board(40);
    board.mutable_simulation()->mutable_pmt()->set_large_rate_hz(10'000);
    board.mutable_simulation()->mutable_pmt()->set_muon_rate_hz(10'000);
    board.mutable_simulation()->mutable_pmt()->set_veto_baseline_adc(0);
    const auto even = simulate(board);
    board.mutable_simulation()->mutable_pmt()->set_uneven_codes(true);
    const auto uneven = simulate(board);
    REQUIRE(even.size() == uneven.size());
    std::size_t wrong = 0, different = 0;
    for (std::size_t b = 0; b < even.size(); ++b) {
        for (std::size_t t = 0; t < even[b].traces.size(); ++t) {
            const auto plain = samples_of(even[b], even[b].traces[t]);
            const auto raw = samples_of(uneven[b], uneven[b].traces[t]);
            for (std::size_t i = 0; i < plain.size(); ++i) {
                const int c = raw[i];
                const int sign = (c > 0) - (c < 0);
                const int corrected = even[b].traces[t].channel == 0
                                          ? c - floored((c + 5) / 11.0)
                                          : c + sign * floored((4 - std::abs(c)) / 11.0);
                wrong += corrected != std::clamp(plain[i], -116, 115);
                different += c != plain[i];
            }
        }
    }
    CHECK(wrong == 0);
    CHECK(different > 1000);
}

TEST_CASE("records with the linear gate closed are what the quality cut of 2017 finds, and no others",
          "[hw]") {
    auto board = dark_board(300);
    auto& pmt = *board.mutable_simulation()->mutable_pmt();
    pmt.set_linear_gate_fraction(0.2);
    pmt.set_dark_rate_hz(10'000);
    const auto simulated = simulate_with_truth(board);
    std::map<std::uint64_t, bool> closed, seen;
    for (const auto& line : simulated.truth)
        if (line.kind == "linear-gate") closed[line.cycle] = true;
    for (const auto& batch : simulated.batches)
        for (const auto& trace : batch.traces)
            if (trace.channel == 0 && linear_gate_seen(samples_of(batch, trace)))
                seen[*batch.marks[0].cycle_id] = true;
    CHECK(seen == closed);
    CHECK(closed.size() > 30);
    CHECK(closed.size() < 90);
}

TEST_CASE("the waveform is one process in time, whatever part of it is recorded", "[hw]") {
    auto board = simulated_board(40);
    auto& pmt = *board.mutable_simulation()->mutable_pmt();
    pmt.set_noise_adc(0);
    pmt.set_linear_gate_fraction(0);
    pmt.set_large_rate_hz(3000);  // their light and afterglow reach over the beginning of most records
    pmt.set_baseline_wander_adc(0);
    const auto whole = simulate(board);
    board.mutable_simulation()->set_record_ns(20'000);
    board.mutable_simulation()->set_mark_position_ns(14'950);
    const auto part = simulate(board);
    REQUIRE(whole.size() == part.size());
    std::size_t with_light_before = 0;
    for (std::size_t b = 0; b + 1 < whole.size(); ++b) {
        const auto all = samples_of(whole[b], whole[b].traces[0]);
        const auto some = samples_of(part[b], part[b].traces[0]);
        REQUIRE(part[b].traces[0].first.ticks - whole[b].traces[0].first.ticks == 20'000);
        CHECK(std::equal(some.begin(), some.end(), all.begin() + 20'000));
        with_light_before += some[0] < 109 || some[1] < 109 || all[0] < 109;
    }
    // Seen at all: some pulse lies across a beginning.
    CHECK(with_light_before > 0);
}

TEST_CASE("a self-triggered channel yields a trace at each pulse over threshold, and only there", "[hw]") {
    auto board = dark_board(100);
    board.mutable_simulation()->set_self_triggered(true);
    board.mutable_simulation()->set_trace_ns(1000);
    board.mutable_simulation()->set_trace_before_ns(200);
    auto& pmt = *board.mutable_simulation()->mutable_pmt();
    pmt.set_dark_rate_hz(500);
    pmt.set_spe_polya_m(100);  // nearly equal charges of about 14 ADC height: all over the threshold of 6
    pmt.set_muon_rate_hz(300);
    pmt.set_muon_through_fraction(0);
    const auto simulated = simulate_with_truth(board);
    const auto first_cycle_end = simulated.batches.front().watermark.ticks;
    for (const auto& [kind, channel] : std::map<std::string, std::uint32_t>{{"dark", 0}, {"muon", 1}}) {
        std::vector<std::int64_t> traces;
        for (const auto& batch : simulated.batches) {
            for (const auto& trace : batch.traces) {
                if (trace.channel != channel) continue;
                CHECK(trace.count == 500);
                traces.push_back(trace.first.ticks);
                // Quiet until the trigger, 100 samples in; over the threshold there.
                const auto samples = samples_of(batch, trace);
                CHECK(*std::min_element(samples.begin(), samples.begin() + 95) > 105);
                CHECK(*std::min_element(samples.begin() + 98, samples.begin() + 110) < 106);
            }
        }
        std::size_t expected = 0, found = 0;
        std::int64_t last = INT64_MIN / 2;
        for (const auto time : times_of(simulated.truth, kind)) {
            if (time < first_cycle_end || time > simulated.batches.back().watermark.ticks - 10'000'000)
                continue;
            const bool alone = time - last > 1000;
            last = time;
            if (!alone) continue;
            ++expected;
            found += std::any_of(traces.begin(), traces.end(), [&](std::int64_t first) {
                return time - first > 90 && time - first <= 101;
            });
        }
        CAPTURE(kind);
        CHECK(expected > 300);
        CHECK(found == expected);
        CHECK(traces.size() >= expected);
    }
}

// The HPGe chain against a slow second implementation, on traces of every kind.
#include <bit>
#include <cmath>
#include <random>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <hwy/targets.h>

#include "tests/offline/reconstruction/hpge_record.hpp"
#include "tests/offline/reconstruction/reference/slow_hpge.hpp"

using namespace spillgate;
using namespace spillgate::offline;
using namespace spillgate::tests;
using test::hpge_quality;
using test::hpge_value;

namespace {

// Absolute, in ADC or samples: what sums in another order may differ by for 14-bit codes and these lengths.
constexpr double bound = 1e-7;

struct Input {
    test::Codes codes;
    std::int64_t roi_begin = 0, roi_end = 0;
};

Input random_input(std::mt19937_64& random) {
    const auto upto = [&](std::size_t n) { return random() % (n + 1); };
    Input input;
    const std::size_t samples = 150 + upto(700);
    input.codes = test::flat(samples, static_cast<std::int32_t>(1000 + upto(3000)));
    if (upto(3) != 0) test::add_noise(input.codes, 0.5 + static_cast<double>(upto(40)) / 10, random);
    for (auto n = upto(4); n > 0; --n)
        test::add_step(input.codes, upto(samples), std::exp(static_cast<double>(upto(90)) / 10),
                       1 + static_cast<double>(upto(60)), 500 + static_cast<double>(upto(30000)));
    if (upto(9) == 0)
        for (std::size_t i = 0; i < samples; ++i)
            input.codes[i] = i % 2 == 0 ? 100 : 16000;
    for (auto& code : input.codes)
        code = std::clamp(code, 0, 16383);
    input.roi_begin = static_cast<std::int64_t>(upto(samples + 100)) - 50;
    input.roi_end = input.roi_begin + static_cast<std::int64_t>(upto(samples));
    return input;
}

std::string difference(const Candidate& candidate, const SlowHpgeCandidate& slow, std::int64_t roi_begin) {
    std::string text;
    const auto compare = [&](const char* name, double got, double wanted, double within = bound) {
        if (std::isnan(got) != std::isnan(wanted) || std::abs(got - wanted) > within)
            text += fmt::format("{} {} instead of {}; ", name, got, wanted);
    };
    const auto in_ns = [&](const char* name, double wanted) {
        compare(name, hpge_value(candidate, name), wanted * 4, 1e-4);
    };
    compare("baseline_adc", hpge_value(candidate, "baseline_adc"), slow.baseline);
    compare("baseline_rms_adc", hpge_value(candidate, "baseline_rms_adc"), slow.rms);
    compare("slope", hpge_value(candidate, "baseline_slope_adc_per_us"), slow.slope * 250);
    compare("roi_step_adc", hpge_value(candidate, "roi_step_adc"), slow.roi_step);
    if (candidate.found != slow.found) text += fmt::format("found {}; ", candidate.found);
    if (!candidate.found || !slow.found) return text;
    compare("t_rec_ns", hpge_value(candidate, "t_rec_ns"), (slow.t0 - static_cast<double>(roi_begin)) * 4);
    compare("energy_adc", hpge_value(candidate, "energy_adc"), slow.energy);
    compare("energy_max_adc", hpge_value(candidate, "energy_max_adc"), slow.energy_max);
    compare("step_adc", hpge_value(candidate, "step_adc"), slow.step);
    compare("current_adc", hpge_value(candidate, "current_adc"), slow.current);
    in_ns("t10_ns", slow.t10);
    in_ns("t50_ns", slow.t50);
    in_ns("t90_ns", slow.t90);
    if (hpge_quality(candidate, "pile-up") != slow.pile_up) text += "pile-up; ";
    return text;
}

config::Config config_of(const SlowHpgeSettings& settings, bool positive) {
    auto config = test::hpge_config();
    auto& hpge = *config.mutable_chain(0)->mutable_hpge();
    hpge.set_t0_threshold_adc(settings.t0_threshold);
    hpge.set_pile_up_threshold_adc(settings.pile_up_threshold);
    hpge.set_t0_flat_ns(4 * settings.gap);
    hpge.set_positive_pulses(positive);
    return config;
}

// NaN is equal to itself here.
std::vector<std::uint64_t> bits_of(const Candidate& candidate) {
    std::vector<std::uint64_t> bits;
    for (const double value : candidate.value)
        bits.push_back(std::bit_cast<std::uint64_t>(value));
    return bits;
}

}  // namespace

TEST_CASE("the HPGe chain agrees with its slow second implementation in every quantity", "[property]") {
    const auto seed = std::random_device{}();
    std::mt19937_64 random(seed);
    int found = 0;
    int piled_up = 0;
    for (int round = 0; round < 2000; ++round) {
        SlowHpgeSettings settings;
        settings.gap = static_cast<int>(random() % 3);
        const bool positive = random() % 2 == 0;
        const auto input = random_input(random);
        auto codes = input.codes;
        if (!positive)
            for (auto& code : codes)
                code = 16383 - code;
        test::RecordBuilder builder(250e6);
        builder.add_trace(0, 0, codes, test::hpge_encoding);
        builder.add_window(wire::FREE, 0, 0, input.roi_begin, input.roi_end);
        const auto candidate = test::reconstruct(config_of(settings, positive), builder.record).front();
        auto slow = slow_hpge(codes, positive, settings, static_cast<int>(input.roi_begin),
                              static_cast<int>(input.roi_end));
        if (!positive) {
            slow.baseline = -slow.baseline;
            slow.slope = -slow.slope;
        }
        INFO(fmt::format("seed {} round {} samples {} roi {} … {}", seed, round, codes.size(),
                         input.roi_begin, input.roi_end));
        REQUIRE_THAT(difference(candidate, slow, input.roi_begin), Catch::Equals(""));
        CHECK((slow.fits || hpge_quality(candidate, "short-trace")));
        found += candidate.found;
        piled_up += candidate.found && slow.pile_up;
    }
    CHECK(found > 200);
    CHECK(piled_up > 20);
}

TEST_CASE("candidates have the same bits on every target of this machine", "[property]") {
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    const auto config = config_of({}, true);
    for (int round = 0; round < 300; ++round) {
        const auto input = random_input(random);
        test::RecordBuilder builder(250e6);
        builder.add_trace(0, 0, input.codes, test::hpge_encoding);
        builder.add_window(wire::FREE, 0, input.roi_begin, input.roi_begin, input.roi_end);
        std::vector<Candidate> by_target;
        for (const auto target : hwy::SupportedAndGeneratedTargets()) {
            hwy::SetSupportedTargetsForTest(target);
            hwy::GetChosenTarget().Update(hwy::SupportedTargets());
            by_target.push_back(test::reconstruct(config, builder.record).front());
            hwy::SetSupportedTargetsForTest(0);
            hwy::GetChosenTarget().Update(hwy::SupportedTargets());
        }
        REQUIRE(by_target.size() >= 2);
        for (const auto& candidate : by_target) {
            REQUIRE(candidate.found == by_target.front().found);
            REQUIRE(candidate.quality == by_target.front().quality);
            REQUIRE(bits_of(candidate) == bits_of(by_target.front()));
        }
    }
}

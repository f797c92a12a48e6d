// The vectorised kernels of the HPGe chain on every target of this machine, against their plain definitions.
#include <algorithm>
#include <functional>
#include <random>

#include <catch2/catch.hpp>
#include <hwy/targets.h>

#include "offline/reconstruction/hpge/lengths.hpp"
#include "tests/offline/reconstruction/reference/plain_hpge_kernels.hpp"

using namespace spillgate;
using namespace spillgate::offline::hpge;
using namespace spillgate::tests;

namespace {

void choose(std::int64_t targets) {
    hwy::SetSupportedTargetsForTest(targets);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

void on_every_target(const std::function<void()>& check) {
    const auto targets = hwy::SupportedAndGeneratedTargets();
    REQUIRE(targets.size() >= 2);
    for (const auto target : targets) {
        INFO("target " << hwy::TargetName(target));
        choose(target);
        check();
    }
    choose(0);
}

std::vector<std::uint32_t> sums_of(const Words& words, RisingWords rising) {
    std::vector<std::uint32_t> sums(words.size() + 1);
    prefix_sums(words, rising, sums);
    return sums;
}

// Traces that try sums, signs and places: noise, saturation, all equal, alternation, steps at each edge.
std::vector<Words> adversarial(std::size_t samples, std::mt19937_64& random) {
    std::vector<Words> traces;
    const auto add = [&](auto&& at) {
        Words words(samples);
        for (std::size_t i = 0; i < samples; ++i)
            words[i] = static_cast<std::uint16_t>(at(i));
        traces.push_back(std::move(words));
    };
    add([&](std::size_t) { return random(); });
    add([&](std::size_t) { return 8000 + random() % 16; });
    for (const unsigned level : {0u, 1u, 0x7FFFu, 0x8000u, 0xFFFFu})
        add([&](std::size_t) { return level; });
    add([](std::size_t i) { return i % 2 == 0 ? 0u : 0xFFFFu; });
    add([&](std::size_t i) { return i + 1 == samples ? 0xFFFFu : 0u; });
    add([](std::size_t i) { return i == 0 ? 0xFFFFu : 0u; });
    const auto edge = samples == 0 ? 0 : random() % samples;
    add([&](std::size_t i) { return i < edge ? 0u : 0xFFFFu; });
    add([&](std::size_t i) { return i < edge ? 0xFFFFu : 0u; });
    return traces;
}

RisingWords any_rising(std::mt19937_64& random) {
    constexpr std::array<std::uint16_t, 4> flips{0, 0x8000, 0xFFFF, 0x7FFF};
    return {flips[random() % 4], static_cast<std::uint8_t>(random() % 5)};
}

}  // namespace

TEST_CASE("prefix sums, extremes and baseline sums are exact on every target, for every short length",
          "[property]") {
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    std::vector<std::size_t> lengths{100, 1000, 4099};
    for (std::size_t n = 0; n <= 70; ++n)
        lengths.push_back(n);
    for (const auto length : lengths)
        for (const auto& words : adversarial(length, random)) {
            const auto rising = any_rising(random);
            const auto x = plain_numbers(words, rising);
            const auto first = length == 0 ? 0 : random() % (length + 1);
            on_every_target([&] {
                std::vector<std::uint32_t> sums(length + 1);
                REQUIRE(prefix_sums(words, rising, sums) == plain_extremes(x));
                std::uint64_t sum = 0;
                for (std::size_t i = 0; i <= length; ++i) {
                    REQUIRE(sums[i] == static_cast<std::uint32_t>(sum));
                    if (i < length) sum += static_cast<std::uint64_t>(x[i]);
                }
                REQUIRE(baseline_sums(std::span(words).first(first), rising, sums) ==
                        plain_baseline_sums(x, first));
            });
        }
}

TEST_CASE("the longest baseline of saturated samples does not overflow its sums") {
    const Words words(longest_baseline, 0xFFFF);
    const auto x = plain_numbers(words, {});
    on_every_target([&] {
        const auto sums = sums_of(words, {});
        CHECK(baseline_sums(words, {}, sums) == plain_baseline_sums(x, words.size()));
    });
}

TEST_CASE("the short trapezoid's first maximum is found on every target, in ranges of every length",
          "[property]") {
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    for (int round = 0; round < 60; ++round) {
        StepFilter filter;
        filter.after = 1 + random() % 12;
        filter.flat = random() % 6;
        filter.before = filter.after * (1 + random() % 8);
        const auto samples = filter.length() + random() % 200;
        const auto rising = any_rising(random);
        for (const auto& words : adversarial(samples, random)) {
            const auto x = plain_numbers(words, rising);
            const auto begin = filter.length() + random() % (samples - filter.length() + 1);
            const auto end = begin + random() % (samples + 2 - begin);
            const auto expected = plain_highest_step(x, begin, end, filter);
            on_every_target(
                [&] { REQUIRE(highest_step(sums_of(words, rising), begin, end, filter) == expected); });
        }
    }
}

TEST_CASE("the largest slope is found on every target, in ranges of every length", "[property]") {
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    for (int round = 0; round < 60; ++round) {
        const auto length = 1 + random() % 30;
        const auto samples = 2 * length + random() % 200;
        const auto rising = any_rising(random);
        for (const auto& words : adversarial(samples, random)) {
            const auto x = plain_numbers(words, rising);
            const auto begin = length + random() % (samples - 2 * length + 1);
            const auto end = begin + random() % (samples - length + 2 - begin);
            const auto expected = plain_highest_difference(x, begin, end, length);
            on_every_target(
                [&] { REQUIRE(highest_difference(sums_of(words, rising), begin, end, length) == expected); });
        }
    }
}

TEST_CASE("the energy trapezoid's maximum has the same bits on every target, in ranges of every length",
          "[property]") {
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    for (int round = 0; round < 40; ++round) {
        EnergyFilter filter;
        filter.rise = 1 + random() % 40;
        filter.flat = random() % 20;
        filter.lambda = std::uniform_real_distribution<double>(1e-5, 0.1)(random);
        const auto samples = filter.length() + random() % 150;
        const auto rising = any_rising(random);
        for (const auto& words : adversarial(samples, random)) {
            const auto x = plain_numbers(words, rising);
            filter.pedestal = std::uniform_real_distribution<double>(0, 65535)(random) *
                              static_cast<double>(filter.rise * (filter.rise + filter.flat));
            const auto begin = filter.length() + random() % (samples - filter.length() + 1);
            const auto end = begin + random() % (samples + 2 - begin);
            const auto expected = plain_highest_energy(x, begin, end, filter);
            const auto boxes = plain_sum_of_boxes(x, 0, filter.rise, filter.rise + filter.flat);
            on_every_target([&] {
                const auto sums = sums_of(words, rising);
                REQUIRE(highest_energy(sums, begin, end, filter) == expected);
                REQUIRE(sum_of_boxes(sums, 0, filter.rise, filter.rise + filter.flat) == boxes);
            });
        }
    }
}

TEST_CASE("the longest filters on saturated steps stay exact") {
    // A step of the whole range where both boxes are longest: the largest values that the integers must hold.
    const std::size_t longest = 32767;
    Words words(3 * longest, 0);
    std::fill(words.begin() + 2 * longest, words.end(), std::uint16_t{0xFFFF});
    const auto x = plain_numbers(words, {});
    const EnergyFilter energy{longest, longest, 1e-4, 0};
    const StepFilter step{1, 0, longest};
    on_every_target([&] {
        const auto sums = sums_of(words, {});
        CHECK(energy.d1(sums, 3 * longest) == 32767LL * 65535);
        CHECK(energy.d2(sums, 3 * longest) ==
              static_cast<std::uint64_t>(65535LL * longest * (longest - 1) / 2));
        CHECK(highest_step(sums, longest + 1, 3 * longest + 1, step).value == 32767LL * 65535);
        CHECK(highest_difference(sums, longest, 2 * longest + 1, longest).value == 32767LL * 65535);
    });
}

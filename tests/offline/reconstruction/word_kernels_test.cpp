// The vectorised passes on every dispatch target, against plain loops.
#include "offline/reconstruction/kernels/word_kernels.hpp"

#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "offline/reconstruction/kernels/marks.hpp"
#include "tests/offline/reconstruction/every_target.hpp"
#include "tests/offline/reconstruction/waveform_zoo.hpp"

using namespace spillgate;
using namespace spillgate::offline;
using test::on_every_target;

namespace {

using Words = std::vector<std::uint16_t>;

constexpr std::uint16_t flips[] = {0x0000, 0x8000, 0xFFFF, 0x7FFF};
constexpr std::int16_t limits[] = {INT16_MIN, -1, 0, 4711, INT16_MAX};

std::int16_t rank(std::uint16_t word, std::uint16_t flip) {
    return static_cast<std::int16_t>(word ^ flip);
}

void check_marks(const Words& words, std::uint16_t flip, std::int16_t threshold) {
    std::vector<std::uint64_t> marks(kernels::mark_words(words.size()), 0x5555555555555555u);
    const auto range = kernels::mark_at_or_below(words, flip, threshold, marks);
    kernels::RankRange expected_range;
    std::vector<std::uint64_t> expected(marks.size(), 0);
    for (std::size_t i = 0; i < words.size(); ++i) {
        const auto r = rank(words[i], flip);
        expected_range.lowest = std::min(expected_range.lowest, r);
        expected_range.highest = std::max(expected_range.highest, r);
        if (r <= threshold) expected[i / 64] |= std::uint64_t{1} << i % 64;
    }
    CHECK(marks == expected);
    CHECK(range == expected_range);
}

void check_counts(const Words& words, std::uint16_t flip, const std::array<std::int16_t, 4>& thresholds) {
    const auto counts = kernels::count_at_or_below(words, flip, thresholds);
    std::array<std::uint64_t, 4> expected{};
    for (const auto word : words)
        for (std::size_t k = 0; k < 4; ++k)
            expected[k] += rank(word, flip) <= thresholds[k];
    CHECK(counts == expected);
}

}  // namespace

TEST_CASE("samples at or below a threshold are marked alike on every target, at every short length") {
    std::mt19937_64 random(20170803);
    on_every_target([&] {
        for (std::size_t length = 0; length <= 200; ++length) {
            Words words(length);
            for (auto& word : words)
                word = static_cast<std::uint16_t>(random());
            for (const auto flip : flips)
                for (const auto threshold : limits)
                    check_marks(words, flip, threshold);
        }
    });
}

TEST_CASE("marks and counts of difficult waveforms are equal on every target") {
    on_every_target([&] {
        for (const auto& [name, words] : test::waveform_zoo(16)) {
            INFO(name << ", " << words.size() << " samples");
            for (const auto flip : flips) {
                check_marks(words, flip, 100);
                check_marks(words, flip, -32768);
                check_counts(words, flip, {-32768, -1, 0, 32767});
                check_counts(words, flip, {96, 97, 100, 104});
            }
        }
    });
}

TEST_CASE("counts do not overflow on long traces that are all below the threshold") {
    const Words words(3'000'001, 7);
    on_every_target([&] { check_counts(words, 0, {6, 7, 8, 9}); });
}

TEST_CASE("runs of marks are found with their ends, across words and up to the last sample") {
    std::mt19937_64 random(42);
    for (int round = 0; round < 2000; ++round) {
        const std::size_t samples = random() % 300;
        const double density = static_cast<double>(random() % 100) / 100;
        std::vector<bool> set(samples);
        std::vector<std::uint64_t> marks(kernels::mark_words(samples));
        bool bit = false;
        for (std::size_t i = 0; i < samples; ++i) {
            if (std::uniform_real_distribution<double>()(random) < density) bit = !bit;
            set[i] = bit;
            if (bit) marks[i / 64] |= std::uint64_t{1} << i % 64;
        }
        const auto width = static_cast<std::uint32_t>(1 + random() % 5);
        std::vector<std::pair<std::size_t, std::size_t>> expected, found;
        for (std::size_t i = 0; i < samples;) {
            std::size_t after = i;
            while (after < samples && set[after])
                ++after;
            if (after - i >= width) expected.emplace_back(i, after);
            i = std::max(after, i + 1);
        }
        kernels::for_each_marked_run(marks, samples, width, [&](std::size_t first, std::size_t after) {
            found.emplace_back(first, after);
        });
        REQUIRE(found == expected);
    }
}

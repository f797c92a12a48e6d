// The passes over every sample of a trace, vectorised (Highway) and chosen at run time for the processor.
// They work on the 16-bit words in place and on integers only, so every target gives the same bits.
//
// A word's rank is (word ^ flip) read as a signed 16-bit number. With flip 0 ranks order signed words, with
// 0x8000 unsigned ones; with all bits of either inverted the order is reversed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace spillgate::offline::kernels {

// Lowest and highest rank of a trace; lowest > highest for an empty one.
struct RankRange {
    std::int16_t lowest = INT16_MAX;
    std::int16_t highest = INT16_MIN;
    bool operator==(const RankRange&) const = default;
};

// 64-bit words that hold one bit per sample.
constexpr std::size_t mark_words(std::size_t samples) {
    return (samples + 63) / 64;
}

// Sets bit i % 64 of marks[i / 64] where rank(words[i]) ≤ threshold, clears the others and those beyond the
// last sample. `marks` has mark_words(words.size()) elements. O(n), one read of the words.
RankRange mark_at_or_below(std::span<const std::uint16_t> words, std::uint16_t flip, std::int16_t threshold,
                           std::span<std::uint64_t> marks);

inline constexpr std::size_t counted_thresholds = 4;

// For each threshold, how many ranks are at or below it. O(n), one read of the words.
std::array<std::uint64_t, counted_thresholds> count_at_or_below(
    std::span<const std::uint16_t> words, std::uint16_t flip,
    const std::array<std::int16_t, counted_thresholds>& thresholds);

// Name of the instruction set that was chosen ("AVX3").
std::string_view dispatched_target();

}  // namespace spillgate::offline::kernels

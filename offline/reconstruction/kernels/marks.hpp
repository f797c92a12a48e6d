// Runs of set bits in the marks of a trace (word_kernels.hpp): one bit per sample.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace spillgate::offline::kernels {

// First position ≥ `from` whose bit is set (or, inverted, clear); `samples` if there is none. O(words
// passed).
template <bool Set>
std::size_t next_mark(std::span<const std::uint64_t> marks, std::size_t samples, std::size_t from) {
    if (from >= samples) return samples;
    std::size_t word = from / 64;
    std::uint64_t bits = (Set ? marks[word] : ~marks[word]) & (~std::uint64_t{0} << from % 64);
    while (bits == 0) {
        if (++word == marks.size()) return samples;
        bits = Set ? marks[word] : ~marks[word];
    }
    const std::size_t at = word * 64 + static_cast<std::size_t>(std::countr_zero(bits));
    return at < samples ? at : samples;
}

// Calls run(first, after) for each run of at least min_width set bits; a run that lasts to the end of the
// trace has after == samples. O(samples / 64 + runs).
template <class Run>
void for_each_marked_run(std::span<const std::uint64_t> marks, std::size_t samples, std::uint32_t min_width,
                         Run&& run) {
    std::size_t after = 0;
    for (std::size_t first = next_mark<true>(marks, samples, 0); first < samples;
         first = next_mark<true>(marks, samples, after)) {
        after = next_mark<false>(marks, samples, first);
        if (after - first >= min_width) run(first, after);
    }
}

}  // namespace spillgate::offline::kernels

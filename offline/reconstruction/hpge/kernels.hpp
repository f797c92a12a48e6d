// The hot loops of the HPGe chain, vectorised for the machine that they run on (Highway, run-time dispatch).
// Sums are integers; the one floating-point loop works lane by lane, multiplication and addition apart. So
// every target gives the same bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace spillgate::offline::hpge {

// How a digitizer's words become numbers of 0 … 65535 that rise with the pulse: (word ^ flip) >> shift.
struct RisingWords {
    std::uint16_t flip = 0;
    std::uint8_t shift = 0;
    std::uint16_t operator()(std::uint16_t word) const {
        return static_cast<std::uint16_t>(static_cast<std::uint16_t>(word ^ flip) >> shift);
    }
};

// Of no numbers: lowest 65535, highest 0.
struct Extremes {
    std::uint16_t lowest = 0xFFFF;
    std::uint16_t highest = 0;
    bool operator==(const Extremes&) const = default;
};

// sums[i] = sum of the first i numbers modulo 2³², i = 0 … words.size(). Differences of two sums over at most
// 65536 samples are exact. Needs sums.size() == words.size() + 1.
Extremes prefix_sums(std::span<const std::uint16_t> words, RisingWords rising, std::span<std::uint32_t> sums);

struct BaselineSums {
    std::uint64_t squares = 0;      // sum of the numbers' squares
    std::uint64_t prefix_sums = 0;  // sums[1] + … + sums[n]
    bool operator==(const BaselineSums&) const = default;
};
// Of the first n = words.size() ≤ 65536 samples of a trace.
BaselineSums baseline_sums(std::span<const std::uint16_t> words, RisingWords rising,
                           std::span<const std::uint32_t> sums);

// Sum over k in [begin, end) of (sums[k + length] − sums[k]): of all boxes of `length` ≤ 65536 samples that
// begin there. Needs end + length ≤ sums.size() and end − begin ≤ 65536.
std::uint64_t sum_of_boxes(std::span<const std::uint32_t> sums, std::size_t begin, std::size_t end,
                           std::size_t length);

// The largest value of an integer filter, and the first position that has it. Of an empty range: position ==
// end.
struct HighestStep {
    std::int32_t value = 0;
    std::size_t end = 0;
    bool operator==(const HighestStep&) const = default;
};

// The short asymmetric trapezoid times `before`: with the sum of the last `after` samples before position e
// weighted by before/after, less the sum of `before` samples that end `flat` samples earlier. `before` is a
// multiple of `after`, at most 32767: all values fit 32 bits.
struct StepFilter {
    std::size_t after = 1;
    std::size_t flat = 0;
    std::size_t before = 1;
    std::size_t length() const { return after + flat + before; }
    std::int32_t operator()(std::span<const std::uint32_t> sums, std::size_t end) const;
};
// Over positions [begin, end), with begin ≥ filter.length() and end ≤ sums.size().
HighestStep highest_step(std::span<const std::uint32_t> sums, std::size_t begin, std::size_t end,
                         const StepFilter& filter);

// Largest difference of the sums of `length` ≤ 32767 samples after and before position e, over e in [begin,
// end), with begin ≥ length and end − 1 + length < sums.size().
HighestStep highest_difference(std::span<const std::uint32_t> sums, std::size_t begin, std::size_t end,
                               std::size_t length);

// The energy trapezoid times `rise` (pole_zero.hpp): D1 + λ·(D2 − pedestal). rise and flat at most 32767.
struct EnergyFilter {
    std::size_t rise = 1;
    std::size_t flat = 0;
    double lambda = 0;
    double pedestal = 0;  // baseline·rise·(rise + flat)
    std::size_t length() const { return 2 * rise + flat; }
    // Double boxcar difference of the samples that end before position e ≥ length().
    std::int32_t d1(std::span<const std::uint32_t> sums, std::size_t end) const;
    // The same of the prefix sums, as an exact integer.
    std::uint64_t d2(std::span<const std::uint32_t> sums, std::size_t end) const;
    double operator()(std::int32_t d1, double d2) const;
};
struct HighestEnergy {
    double value = 0;
    std::size_t end = 0;
    bool operator==(const HighestEnergy&) const = default;
};
// Largest value of the filter over [begin, end), begin ≥ filter.length(), end ≤ sums.size(), and the first
// position that has it. Of an empty range: position == end.
HighestEnergy highest_energy(std::span<const std::uint32_t> sums, std::size_t begin, std::size_t end,
                             const EnergyFilter& filter);

}  // namespace spillgate::offline::hpge

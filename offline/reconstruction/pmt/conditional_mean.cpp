#include "offline/reconstruction/pmt/conditional_mean.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace spillgate::offline::pmt {

namespace {

// Codes have 17 bits with their sign. A filtered value must fit the 53 bits of a double, and the sum of all
// values 62 bits.
constexpr int code_bits = 17;

int fraction_bits(std::uint32_t length) {
    return std::min(53 - code_bits, 62 - code_bits - static_cast<int>(std::bit_width(length)));
}

// To the nearest, halves away from zero.
std::int64_t rounded_quotient(std::int64_t a, std::int64_t b) {
    return (a >= 0 ? a + b / 2 : a - b / 2) / b;
}

}  // namespace

ConditionalMean::ConditionalMean(std::uint32_t length, std::int32_t band)
    : length_(length), fraction_bits_(fraction_bits(length)), band_(std::int64_t{band} << fraction_bits_) {}

void ConditionalMean::operator()(std::span<const std::int32_t> codes, std::int32_t start,
                                 std::span<double> filtered) {
    const std::int64_t one = std::int64_t{1} << fraction_bits_;
    accepted_.assign(static_cast<std::size_t>(length_), start * one);
    std::int64_t sum = start * one * length_;
    std::size_t oldest = 0;
    for (std::size_t i = 0; i < codes.size(); ++i) {
        const std::int64_t mean = rounded_quotient(sum, length_);
        const std::int64_t difference = mean - codes[i] * one;
        const bool passes = std::abs(difference) <= band_;
        filtered[i] = passes ? 0.0 : std::ldexp(static_cast<double>(difference), -fraction_bits_);
        const std::int64_t entering = passes ? codes[i] * one : mean;
        sum += entering - accepted_[oldest];
        accepted_[oldest] = entering;
        if (++oldest == accepted_.size()) oldest = 0;
    }
}

}  // namespace spillgate::offline::pmt

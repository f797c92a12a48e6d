#include "offline/reconstruction/hpge/trace_sums.hpp"

#include <algorithm>
#include <cmath>

#include "offline/reconstruction/pmt/code_table.hpp"

namespace spillgate::offline::hpge {

namespace {

// Everything is an exact integer until the last divisions. Unsigned arithmetic, modulo 2⁶⁴ on the way: the
// results fit for up to 65536 samples.
Baseline baseline_of(std::uint64_t n, std::uint64_t sum, const BaselineSums& sums) {
    if (n == 0) return {};
    Baseline out;
    const auto count = static_cast<double>(n);
    out.mean = static_cast<double>(sum) / count;

    // About the nearest whole number, so that no digits are lost.
    const std::uint64_t centre = (2 * sum + n) / (2 * n);
    const std::uint64_t squares = sums.squares - 2 * centre * sum + n * centre * centre;
    const auto rest = static_cast<double>(static_cast<std::int64_t>(sum - n * centre));
    const double variance = (static_cast<double>(squares) - rest * rest / count) / count;
    out.rms = variance > 0 ? std::sqrt(variance) : 0;

    if (n == 1) return out;
    // Σ i·x[i] = n·S[n] − (S[1] + … + S[n]).
    const std::uint64_t moments = n * sum - sums.prefix_sums;
    const auto numerator = static_cast<std::int64_t>(n * moments - n * (n - 1) / 2 * sum);
    const std::uint64_t denominator = n * n * (n * n - 1) / 12;
    out.slope = static_cast<double>(numerator) / static_cast<double>(denominator);
    return out;
}

}  // namespace

RisingScale::RisingScale(const proto::Encoding& encoding, bool positive_pulses) {
    words.flip =
        static_cast<std::uint16_t>((encoding.is_signed ? 0x8000u : 0u) ^ (positive_pulses ? 0u : 0xFFFFu));
    words.shift = encoding.shift;
    const int zero = encoding.is_signed ? 0x8000 >> encoding.shift : 0;
    code_at_zero = positive_pulses ? -zero : (0xFFFF >> encoding.shift) - zero;
    sign = positive_pulses ? 1 : -1;
}

void sum_trace(std::span<const std::uint16_t> words, RisingWords rising, std::size_t baseline_samples,
               TraceSums& out) {
    out.sums.resize(words.size() + 1);
    out.extremes = prefix_sums(words, rising, out.sums);
    const auto n = std::min(words.size(), baseline_samples);
    out.baseline = baseline_of(n, out.sums[n], baseline_sums(words.first(n), rising, out.sums));
}

bool overflows(const config::HpgeChain& chain, const proto::Trace& trace, const RisingScale& scale,
               const Extremes& extremes) {
    if ((trace.flags & proto::TRACE_OVERFLOW) != 0) return true;
    if (trace.count == 0) return false;
    const double low = chain.has_overflow_low() ? chain.overflow_low() : pmt::lowest_code(trace.encoding);
    const double high = chain.has_overflow_high() ? chain.overflow_high() : pmt::highest_code(trace.encoding);
    const double a = scale.code(extremes.lowest);
    const double b = scale.code(extremes.highest);
    return std::min(a, b) <= low || std::max(a, b) >= high;
}

}  // namespace spillgate::offline::hpge

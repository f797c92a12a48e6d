#include "offline/reconstruction/pmt/word_order.hpp"

#include <algorithm>
#include <array>

#include "offline/reconstruction/kernels/word_kernels.hpp"

namespace spillgate::offline::pmt {

namespace {

constexpr std::int32_t lowest_rank = INT16_MIN;
constexpr std::int32_t highest_rank = INT16_MAX;
constexpr std::size_t most_sampled = 63;

// Thresholds for the next round, rising, inside (below, above): `below` holds too few, `above` enough.
std::array<std::int16_t, kernels::counted_thresholds> spread(std::int32_t below, std::int32_t above) {
    std::array<std::int16_t, kernels::counted_thresholds> at{};
    const std::int32_t parts = kernels::counted_thresholds + 1;
    for (std::int32_t k = 1; k < parts; ++k)
        at[static_cast<std::size_t>(k - 1)] =
            static_cast<std::int16_t>(std::clamp(below + (above - below) * k / parts, below + 1, above));
    return at;
}

// The median of some of the words: where to look first.
std::int32_t sampled_median(std::span<const std::uint16_t> words, std::uint16_t flip) {
    std::array<std::int16_t, most_sampled> some{};
    const std::size_t n = std::min(words.size(), most_sampled);
    const std::size_t step = words.size() / n;
    for (std::size_t i = 0; i < n; ++i)
        some[i] = static_cast<std::int16_t>(words[i * step] ^ flip);
    std::nth_element(some.begin(), some.begin() + n / 2, some.begin() + n);
    return some[n / 2];
}

}  // namespace

WordOrder::WordOrder(const proto::Encoding& encoding, const CodeTable& codes)
    : codes_(&codes),
      flip_(encoding.is_signed ? 0 : 0x8000),
      shift_(std::min<std::uint8_t>(encoding.shift, 15)),
      zero_(encoding.is_signed ? 0 : 0x8000 >> shift_) {}

std::int32_t WordOrder::corrected(std::int32_t rank) const {
    return codes_->corrected(code(rank));
}

std::int64_t WordOrder::last_rank_at_or_below(std::int32_t corrected) const {
    const std::int64_t code = codes_->last_at_or_below(corrected);
    return (code - zero_ + 1) * (std::int64_t{1} << shift_) - 1;
}

std::int32_t median_code(std::span<const std::uint16_t> words, const WordOrder& order) {
    if (words.empty()) return 0;
    const auto flip = order.flip();
    std::int32_t below = lowest_rank - 1;  // holds less than half
    std::int32_t above = highest_rank;     // holds at least half
    const auto narrow = [&](const std::array<std::int16_t, kernels::counted_thresholds>& at) {
        const auto counts = kernels::count_at_or_below(words, flip, at);
        for (std::size_t k = 0; k < at.size(); ++k) {
            if (2 * counts[k] < words.size())
                below = std::max<std::int32_t>(below, at[k]);
            else
                above = std::min<std::int32_t>(above, at[k]);
        }
    };
    // The ranks of one corrected code need not be told apart.
    const auto found = [&] { return order.corrected(below + 1) == order.corrected(above); };

    const std::int32_t guess = order.corrected(sampled_median(words, flip));
    std::array<std::int16_t, kernels::counted_thresholds> around{};
    for (std::size_t k = 0; k < around.size(); ++k)
        around[k] = static_cast<std::int16_t>(
            std::clamp<std::int64_t>(order.last_rank_at_or_below(guess - 2 + static_cast<std::int32_t>(k)),
                                     lowest_rank, highest_rank));
    narrow(around);
    while (!found())
        narrow(spread(below, above));
    return order.corrected(above);
}

RankThreshold threshold_at(const WordOrder& order, std::int32_t baseline, std::int32_t threshold,
                           bool positive_pulses) {
    if (!positive_pulses) {
        const auto rank = order.last_rank_at_or_below(baseline - threshold);
        return {order.flip(),
                static_cast<std::int16_t>(std::clamp<std::int64_t>(rank, lowest_rank, highest_rank)),
                rank < lowest_rank};
    }
    // Reversed, rank r becomes −r − 1.
    const auto first = order.last_rank_at_or_below(baseline + threshold - 1) + 1;
    return {order.reversed_flip(),
            static_cast<std::int16_t>(std::clamp<std::int64_t>(-first - 1, lowest_rank, highest_rank)),
            first > highest_rank};
}

}  // namespace spillgate::offline::pmt

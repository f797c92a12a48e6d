#include "offline/reconstruction/kernels/word_kernels.hpp"

#include <algorithm>
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "offline/reconstruction/kernels/word_kernels.cpp"
#include <hwy/foreach_target.h>
// Highway's order: foreach_target.h before highway.h.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace spillgate::offline::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using WordTag = hn::ScalableTag<std::uint16_t>;
using RankTag = hn::ScalableTag<std::int16_t>;
using Ranks = hn::Vec<RankTag>;

constexpr std::size_t block = 64;  // samples per 64-bit word of marks

HWY_INLINE Ranks load_ranks(const std::uint16_t* words, hn::Vec<WordTag> flip) {
    return hn::BitCast(RankTag(), hn::Xor(hn::LoadU(WordTag(), words), flip));
}

RankRange mark(std::span<const std::uint16_t> words, std::uint16_t flip, std::int16_t threshold,
               std::span<std::uint64_t> marks) {
    const RankTag ranks;
    static_assert(hn::MaxLanes(RankTag()) == 1 || hn::MaxLanes(RankTag()) >= 8);
    static_assert(hn::MaxLanes(RankTag()) <= block);
    const std::size_t lanes = hn::Lanes(ranks);
    const auto flips = hn::Set(WordTag(), flip);
    const auto limit = hn::Set(ranks, threshold);
    auto lowest = hn::Set(ranks, INT16_MAX);
    auto highest = hn::Set(ranks, INT16_MIN);

    const auto mark_block = [&](const std::uint16_t* at) {
        std::uint64_t above = 0;
        std::uint8_t bits[sizeof(above)] = {};
        for (std::size_t i = 0; i < block; i += lanes) {
            const auto rank = load_ranks(at + i, flips);
            lowest = hn::Min(lowest, rank);
            highest = hn::Max(highest, rank);
            if constexpr (hn::MaxLanes(RankTag()) >= 8)  // whole bytes of bits
                hn::StoreMaskBits(ranks, hn::Gt(rank, limit), bits + i / 8);
            else
                above |= std::uint64_t{hn::GetLane(rank) > threshold} << i;
        }
        if constexpr (hn::MaxLanes(RankTag()) >= 8) std::memcpy(&above, bits, sizeof(above));
        return ~above;
    };

    const std::size_t whole = words.size() / block;
    for (std::size_t b = 0; b < whole; ++b)
        marks[b] = mark_block(words.data() + b * block);
    const std::size_t rest = words.size() % block;
    if (rest != 0) {
        // The last samples again and again: they change neither extremes nor the bits that are kept.
        std::uint16_t padded[block];
        for (std::size_t i = 0; i < block; ++i)
            padded[i] = words[whole * block + std::min(i, rest - 1)];
        marks[whole] = mark_block(padded) & ((std::uint64_t{1} << rest) - 1);
    }
    return {hn::GetLane(hn::MinOfLanes(ranks, lowest)), hn::GetLane(hn::MaxOfLanes(ranks, highest))};
}

std::array<std::uint64_t, counted_thresholds> count(
    std::span<const std::uint16_t> words, std::uint16_t flip,
    const std::array<std::int16_t, counted_thresholds>& thresholds) {
    static_assert(counted_thresholds == 4);
    const RankTag ranks;
    const std::size_t lanes = hn::Lanes(ranks);
    const auto flips = hn::Set(WordTag(), flip);
    const auto limit0 = hn::Set(ranks, thresholds[0]);
    const auto limit1 = hn::Set(ranks, thresholds[1]);
    const auto limit2 = hn::Set(ranks, thresholds[2]);
    const auto limit3 = hn::Set(ranks, thresholds[3]);
    std::array<std::uint64_t, counted_thresholds> above{};

    std::size_t i = 0;
    while (words.size() - i >= lanes) {
        // Lanes count down from 0 in 16 bits, so they are emptied before they can overflow.
        auto above0 = hn::Zero(ranks), above1 = above0, above2 = above0, above3 = above0;
        const std::size_t vectors = std::min<std::size_t>((words.size() - i) / lanes, INT16_MAX);
        for (std::size_t v = 0; v < vectors; ++v, i += lanes) {
            const auto rank = load_ranks(words.data() + i, flips);
            above0 = hn::Add(above0, hn::VecFromMask(ranks, hn::Gt(rank, limit0)));
            above1 = hn::Add(above1, hn::VecFromMask(ranks, hn::Gt(rank, limit1)));
            above2 = hn::Add(above2, hn::VecFromMask(ranks, hn::Gt(rank, limit2)));
            above3 = hn::Add(above3, hn::VecFromMask(ranks, hn::Gt(rank, limit3)));
        }
        const auto empty = [&](const Ranks& lane_counts, std::uint64_t& total) {
            std::int16_t each[hn::MaxLanes(RankTag())];
            hn::StoreU(lane_counts, ranks, each);
            for (std::size_t lane = 0; lane < lanes; ++lane)
                total += static_cast<std::uint64_t>(-static_cast<std::int32_t>(each[lane]));
        };
        empty(above0, above[0]);
        empty(above1, above[1]);
        empty(above2, above[2]);
        empty(above3, above[3]);
    }
    for (; i < words.size(); ++i) {
        const auto rank = static_cast<std::int16_t>(words[i] ^ flip);
        for (std::size_t k = 0; k < above.size(); ++k)
            above[k] += rank > thresholds[k];
    }
    std::array<std::uint64_t, counted_thresholds> counts{};
    for (std::size_t k = 0; k < counts.size(); ++k)
        counts[k] = words.size() - above[k];
    return counts;
}

}  // namespace spillgate::offline::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace spillgate::offline::kernels {

HWY_EXPORT(mark);
HWY_EXPORT(count);

RankRange mark_at_or_below(std::span<const std::uint16_t> words, std::uint16_t flip, std::int16_t threshold,
                           std::span<std::uint64_t> marks) {
    return HWY_DYNAMIC_DISPATCH(mark)(words, flip, threshold, marks);
}

std::array<std::uint64_t, counted_thresholds> count_at_or_below(
    std::span<const std::uint16_t> words, std::uint16_t flip,
    const std::array<std::int16_t, counted_thresholds>& thresholds) {
    return HWY_DYNAMIC_DISPATCH(count)(words, flip, thresholds);
}

std::string_view dispatched_target() {
    const std::int64_t best_first = hwy::SupportedTargets() & HWY_TARGETS;
    return hwy::TargetName(best_first & -best_first);
}

}  // namespace spillgate::offline::kernels
#endif  // HWY_ONCE

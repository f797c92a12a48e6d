#include "offline/reconstruction/hpge/kernels.hpp"

#include <array>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "offline/reconstruction/hpge/kernels.cpp"
// foreach_target.h includes this file once for each target, so it comes before highway.h.
#include <hwy/foreach_target.h>
//
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace spillgate::offline::hpge::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// At most four blocks of 128 bits, which is what the lane scan below is written for.
using Lanes32 = hn::CappedTag<std::uint32_t, 16>;
using SignedLanes32 = hn::CappedTag<std::int32_t, 16>;
using Lanes64 = hn::CappedTag<double, 8>;

// Where the lanes of a scan find the totals of the blocks before theirs.
template <class T>
struct ScanTables {
    using Index = hwy::MakeSigned<T>;
    std::array<Index, 16> pair{}, quad{}, last{};
    std::array<T, 16> in_odd_block{}, in_upper_blocks{};
    explicit ScanTables(std::size_t lanes) {
        constexpr std::size_t block = 16 / sizeof(T);
        for (std::size_t i = 0; i < lanes; ++i) {
            const std::size_t b = i / block;
            if ((b & 1) != 0) {
                pair[i] = static_cast<Index>(b * block - 1);
                in_odd_block[i] = 1;
            }
            if ((b & 2) != 0) {
                quad[i] = static_cast<Index>(2 * block - 1);
                in_upper_blocks[i] = 1;
            }
            last[i] = static_cast<Index>(lanes - 1);
        }
    }
};

// Prefix sums of the lanes, each with its own included. Exact for integers, whatever their type.
template <class D, class V, class Indices, class Mask>
HWY_INLINE V scan_lanes([[maybe_unused]] D d, V v, [[maybe_unused]] Indices pair,
                        [[maybe_unused]] Mask in_odd_block, [[maybe_unused]] Indices quad,
                        [[maybe_unused]] Mask in_upper_blocks) {
#if HWY_TARGET != HWY_SCALAR  // whose vectors have one lane
    constexpr std::size_t block = 16 / sizeof(hn::TFromD<D>);
    v = hn::Add(v, hn::ShiftLeftLanes<1>(d, v));
    if constexpr (block > 2) v = hn::Add(v, hn::ShiftLeftLanes<2>(d, v));
    if (hn::Lanes(d) > block) v = hn::Add(v, hn::IfThenElseZero(in_odd_block, hn::TableLookupLanes(v, pair)));
    if (hn::Lanes(d) > 2 * block)
        v = hn::Add(v, hn::IfThenElseZero(in_upper_blocks, hn::TableLookupLanes(v, quad)));
#endif
    return v;
}

template <class D, class V>
std::uint64_t sum_of_lanes(D d, V v) {
    HWY_ALIGN std::array<std::uint32_t, 16> lanes;
    hn::Store(v, d, lanes.data());
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < hn::Lanes(d); ++i)
        sum += lanes[i];
    return sum;
}

template <class D16>
auto rising_lanes(D16 d16, const std::uint16_t* words, RisingWords rising) {
    return hn::ShiftRightSame(hn::Xor(hn::LoadU(d16, words), hn::Set(d16, rising.flip)), rising.shift);
}

Extremes prefix_sums_of(std::span<const std::uint16_t> words, RisingWords rising,
                        std::span<std::uint32_t> sums) {
    const Lanes32 d;
    const hn::Rebind<std::uint16_t, Lanes32> d16;
    const std::size_t lanes = hn::Lanes(d);
    const ScanTables<std::uint32_t> tables(lanes);
    const auto pair = hn::SetTableIndices(d, tables.pair.data());
    const auto quad = hn::SetTableIndices(d, tables.quad.data());
    const auto last = hn::SetTableIndices(d, tables.last.data());
    const auto in_odd_block = hn::Ne(hn::LoadU(d, tables.in_odd_block.data()), hn::Zero(d));
    const auto in_upper_blocks = hn::Ne(hn::LoadU(d, tables.in_upper_blocks.data()), hn::Zero(d));

    auto lowest = hn::Set(d16, std::uint16_t{0xFFFF});
    auto highest = hn::Zero(d16);
    auto before = hn::Zero(d);
    sums[0] = 0;
    std::size_t i = 0;
    for (; i + lanes <= words.size(); i += lanes) {
        const auto x = rising_lanes(d16, words.data() + i, rising);
        lowest = hn::Min(lowest, x);
        highest = hn::Max(highest, x);
        const auto scanned = scan_lanes(d, hn::PromoteTo(d, x), pair, in_odd_block, quad, in_upper_blocks);
        hn::StoreU(hn::Add(before, scanned), d, sums.data() + i + 1);
        before = hn::Add(before, hn::TableLookupLanes(scanned, last));
    }
    Extremes extremes;
    HWY_ALIGN std::array<std::uint16_t, 16> low, high;
    hn::Store(lowest, d16, low.data());
    hn::Store(highest, d16, high.data());
    const auto include = [&](std::uint16_t least, std::uint16_t most) {
        extremes.lowest = least < extremes.lowest ? least : extremes.lowest;
        extremes.highest = most > extremes.highest ? most : extremes.highest;
    };
    for (std::size_t lane = 0; lane < lanes; ++lane)
        include(low[lane], high[lane]);
    for (; i < words.size(); ++i) {
        const auto x = rising(words[i]);
        include(x, x);
        sums[i + 1] = sums[i] + x;
    }
    return extremes;
}

// Sums of 32-bit numbers are kept as those of their halves, so that 65536 additions fit one lane.
BaselineSums baseline_sums_of(std::span<const std::uint16_t> words, RisingWords rising,
                              std::span<const std::uint32_t> sums) {
    const Lanes32 d;
    const hn::Rebind<std::uint16_t, Lanes32> d16;
    const std::size_t lanes = hn::Lanes(d);
    const auto half = hn::Set(d, 0xFFFFu);
    auto square_low = hn::Zero(d), square_high = hn::Zero(d);
    auto sum_low = hn::Zero(d), sum_high = hn::Zero(d);
    std::size_t i = 0;
    for (; i + lanes <= words.size(); i += lanes) {
        const auto x = hn::PromoteTo(d, rising_lanes(d16, words.data() + i, rising));
        const auto square = hn::Mul(x, x);
        const auto sum = hn::LoadU(d, sums.data() + i + 1);
        square_low = hn::Add(square_low, hn::And(square, half));
        square_high = hn::Add(square_high, hn::ShiftRight<16>(square));
        sum_low = hn::Add(sum_low, hn::And(sum, half));
        sum_high = hn::Add(sum_high, hn::ShiftRight<16>(sum));
    }
    BaselineSums out{sum_of_lanes(d, square_low) + (sum_of_lanes(d, square_high) << 16),
                     sum_of_lanes(d, sum_low) + (sum_of_lanes(d, sum_high) << 16)};
    for (; i < words.size(); ++i) {
        const std::uint64_t x = rising(words[i]);
        out.squares += x * x;
        out.prefix_sums += sums[i + 1];
    }
    return out;
}

std::uint64_t sum_of_boxes_of(std::span<const std::uint32_t> sums, std::size_t begin, std::size_t end,
                              std::size_t length) {
    const Lanes32 d;
    const std::size_t lanes = hn::Lanes(d);
    const auto half = hn::Set(d, 0xFFFFu);
    auto low = hn::Zero(d), high = hn::Zero(d);
    std::size_t k = begin;
    for (; k + lanes <= end; k += lanes) {
        const auto box = hn::Sub(hn::LoadU(d, sums.data() + k + length), hn::LoadU(d, sums.data() + k));
        low = hn::Add(low, hn::And(box, half));
        high = hn::Add(high, hn::ShiftRight<16>(box));
    }
    std::uint64_t sum = sum_of_lanes(d, low) + (sum_of_lanes(d, high) << 16);
    for (; k < end; ++k)
        sum += sums[k + length] - sums[k];
    return sum;
}

// The short trapezoid of one vector of positions, and of one.
struct StepAt {
    const std::uint32_t* sums;
    StepFilter filter;
    std::int32_t weight;
    template <class D>
    HWY_INLINE auto lanes(D d, std::size_t end) const {
        const auto at = [&](std::size_t back) {
            return hn::LoadU(d, reinterpret_cast<const std::int32_t*>(sums + end - back));
        };
        const auto after = hn::Sub(at(0), at(filter.after));
        const auto before = hn::Sub(at(filter.after + filter.flat), at(filter.length()));
        return hn::Sub(hn::Mul(after, hn::Set(d, weight)), before);
    }
};

struct DifferenceAt {
    const std::uint32_t* sums;
    std::size_t length;
    template <class D>
    HWY_INLINE auto lanes(D d, std::size_t end) const {
        const auto at = [&](std::size_t position) {
            return hn::LoadU(d, reinterpret_cast<const std::int32_t*>(sums + position));
        };
        const auto here = at(end);
        return hn::Sub(hn::Sub(at(end + length), here), hn::Sub(here, at(end - length)));
    }
};

// The last vector overlaps the one before it: what was seen twice changes nothing. `one` gives a single
// position's value, for ranges shorter than a vector.
template <class Filter, class One>
HighestStep highest_of(const Filter& filter, One&& one, std::size_t begin, std::size_t end) {
    const SignedLanes32 d;
    const std::size_t lanes = hn::Lanes(d);
    HighestStep best{std::numeric_limits<std::int32_t>::min(), end};
    const auto include = [&](std::int32_t value, std::size_t position) {
        if (best.end == end || value > best.value || (value == best.value && position < best.end))
            best = {value, position};
    };
    if (begin >= end) return best;
    if (end - begin < lanes) {
        for (std::size_t e = begin; e < end; ++e)
            include(one(e), e);
        return best;
    }
    auto highest = filter.lanes(d, begin);
    const auto lane_number = hn::Iota(d, 0);
    auto position = lane_number;
    for (std::size_t next = begin + lanes; next < end; next += lanes) {
        const std::size_t e = next + lanes <= end ? next : end - lanes;
        const auto value = filter.lanes(d, e);
        const auto better = hn::Gt(value, highest);
        highest = hn::Max(highest, value);
        position = hn::IfThenElse(
            better, hn::Add(lane_number, hn::Set(d, static_cast<std::int32_t>(e - begin))), position);
    }
    HWY_ALIGN std::array<std::int32_t, 16> values, positions;
    hn::Store(highest, d, values.data());
    hn::Store(position, d, positions.data());
    for (std::size_t lane = 0; lane < lanes; ++lane)
        include(values[lane], begin + static_cast<std::size_t>(positions[lane]));
    return best;
}

HighestStep highest_step_of(std::span<const std::uint32_t> sums, std::size_t begin, std::size_t end,
                            const StepFilter& filter) {
    return highest_of(
        StepAt{sums.data(), filter, static_cast<std::int32_t>(filter.before / filter.after)},
        [&](std::size_t e) { return filter(sums, e); }, begin, end);
}

HighestStep highest_difference_of(std::span<const std::uint32_t> sums, std::size_t begin, std::size_t end,
                                  std::size_t length) {
    return highest_of(
        DifferenceAt{sums.data(), length},
        [&](std::size_t e) {
            return static_cast<std::int32_t>(sums[e + length] - 2 * sums[e] + sums[e - length]);
        },
        begin, end);
}

// D2 is the running sum of D1. Its values are whole numbers below 2⁵³, so that double lanes hold them
// exactly.
HighestEnergy highest_energy_of(std::span<const std::uint32_t> sums, std::size_t begin, std::size_t end,
                                const EnergyFilter& filter) {
    HighestEnergy best{-std::numeric_limits<double>::infinity(), end};
    if (begin >= end) return best;
    const Lanes64 d;
    const hn::Rebind<std::int32_t, Lanes64> d32;
    const std::size_t lanes = hn::Lanes(d);
    const ScanTables<double> tables(lanes);
    const auto pair = hn::SetTableIndices(d, tables.pair.data());
    const auto quad = hn::SetTableIndices(d, tables.quad.data());
    const auto last = hn::SetTableIndices(d, tables.last.data());
    const auto in_odd_block = hn::Ne(hn::LoadU(d, tables.in_odd_block.data()), hn::Zero(d));
    const auto in_upper_blocks = hn::Ne(hn::LoadU(d, tables.in_upper_blocks.data()), hn::Zero(d));
    const auto lambda = hn::Set(d, filter.lambda);
    const auto pedestal = hn::Set(d, filter.pedestal);
    const auto at = [&](std::size_t position) {
        return hn::LoadU(d32, reinterpret_cast<const std::int32_t*>(sums.data() + position));
    };

    auto d2 = hn::Set(d, static_cast<double>(filter.d2(sums, begin)));
    auto highest = hn::Set(d, best.value);
    const auto lane_number = hn::Iota(d, 0);
    auto position = lane_number;
    std::size_t e = begin;
    for (; e + lanes <= end; e += lanes) {
        const auto d1 =
            hn::PromoteTo(d, hn::Sub(hn::Sub(at(e), at(e - filter.rise)),
                                     hn::Sub(at(e - filter.rise - filter.flat), at(e - filter.length()))));
        const auto scanned = scan_lanes(d, d1, pair, in_odd_block, quad, in_upper_blocks);
        const auto here = hn::Add(d2, hn::Sub(scanned, d1));
        const auto value = hn::Add(d1, hn::Mul(lambda, hn::Sub(here, pedestal)));
        const auto better = hn::Gt(value, highest);
        highest = hn::IfThenElse(better, value, highest);
        position = hn::IfThenElse(better, hn::Add(lane_number, hn::Set(d, static_cast<double>(e - begin))),
                                  position);
        d2 = hn::Add(d2, hn::TableLookupLanes(scanned, last));
    }
    HWY_ALIGN std::array<double, 8> values, positions;
    hn::Store(highest, d, values.data());
    hn::Store(position, d, positions.data());
    const auto include = [&](double value, std::size_t at_position) {
        if (value > best.value || (value == best.value && at_position < best.end))
            best = {value, at_position};
    };
    if (e > begin)
        for (std::size_t lane = 0; lane < lanes; ++lane)
            include(values[lane], begin + static_cast<std::size_t>(positions[lane]));
    for (double sum = hn::GetLane(d2); e < end; ++e) {
        const auto d1 = filter.d1(sums, e);
        include(filter(d1, sum), e);
        sum += d1;
    }
    return best;
}

}  // namespace spillgate::offline::hpge::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace spillgate::offline::hpge {

HWY_EXPORT(prefix_sums_of);
HWY_EXPORT(baseline_sums_of);
HWY_EXPORT(sum_of_boxes_of);
HWY_EXPORT(highest_step_of);
HWY_EXPORT(highest_difference_of);
HWY_EXPORT(highest_energy_of);

Extremes prefix_sums(std::span<const std::uint16_t> words, RisingWords rising,
                     std::span<std::uint32_t> sums) {
    return HWY_DYNAMIC_DISPATCH(prefix_sums_of)(words, rising, sums);
}

BaselineSums baseline_sums(std::span<const std::uint16_t> words, RisingWords rising,
                           std::span<const std::uint32_t> sums) {
    return HWY_DYNAMIC_DISPATCH(baseline_sums_of)(words, rising, sums);
}

std::uint64_t sum_of_boxes(std::span<const std::uint32_t> sums, std::size_t begin, std::size_t end,
                           std::size_t length) {
    return HWY_DYNAMIC_DISPATCH(sum_of_boxes_of)(sums, begin, end, length);
}

HighestStep highest_step(std::span<const std::uint32_t> sums, std::size_t begin, std::size_t end,
                         const StepFilter& filter) {
    return HWY_DYNAMIC_DISPATCH(highest_step_of)(sums, begin, end, filter);
}

HighestStep highest_difference(std::span<const std::uint32_t> sums, std::size_t begin, std::size_t end,
                               std::size_t length) {
    return HWY_DYNAMIC_DISPATCH(highest_difference_of)(sums, begin, end, length);
}

HighestEnergy highest_energy(std::span<const std::uint32_t> sums, std::size_t begin, std::size_t end,
                             const EnergyFilter& filter) {
    return HWY_DYNAMIC_DISPATCH(highest_energy_of)(sums, begin, end, filter);
}

// Arithmetic modulo 2³²: what overflows on the way comes back, since the results fit.
std::int32_t StepFilter::operator()(std::span<const std::uint32_t> sums, std::size_t end) const {
    const auto last = sums[end] - sums[end - after];
    const auto earlier = sums[end - after - flat] - sums[end - length()];
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(before / after) * last - earlier);
}

std::int32_t EnergyFilter::d1(std::span<const std::uint32_t> sums, std::size_t end) const {
    return static_cast<std::int32_t>((sums[end] - sums[end - rise]) -
                                     (sums[end - rise - flat] - sums[end - length()]));
}

std::uint64_t EnergyFilter::d2(std::span<const std::uint32_t> sums, std::size_t end) const {
    return sum_of_boxes(sums, end - length(), end - rise - flat, rise + flat);
}

double EnergyFilter::operator()(std::int32_t d1, double d2) const {
    return static_cast<double>(d1) + lambda * (d2 - pedestal);
}

}  // namespace spillgate::offline::hpge

#endif

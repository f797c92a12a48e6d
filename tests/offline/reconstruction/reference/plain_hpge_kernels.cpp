#include "tests/offline/reconstruction/reference/plain_hpge_kernels.hpp"

#include <algorithm>
#include <limits>

namespace spillgate::tests {

using namespace offline::hpge;

namespace {

template <class Highest, class At>
Highest first_highest(std::size_t begin, std::size_t end, decltype(Highest::value) lowest, At&& at) {
    Highest best{lowest, end};
    for (std::size_t e = begin; e < end; ++e)
        if (const auto value = at(e); best.end == end || value > best.value) best = {value, e};
    return best;
}

}  // namespace

Numbers plain_numbers(const Words& words, RisingWords rising) {
    Numbers x;
    for (const unsigned word : words)
        x.push_back((word ^ rising.flip) / (1u << rising.shift));
    return x;
}

std::int64_t plain_sum(const Numbers& x, std::size_t begin, std::size_t end) {
    std::int64_t sum = 0;
    for (auto i = begin; i < end; ++i)
        sum += x[i];
    return sum;
}

Extremes plain_extremes(const Numbers& x) {
    if (x.empty()) return {};
    return {static_cast<std::uint16_t>(*std::ranges::min_element(x)),
            static_cast<std::uint16_t>(*std::ranges::max_element(x))};
}

BaselineSums plain_baseline_sums(const Numbers& x, std::size_t samples) {
    BaselineSums out;
    for (std::size_t i = 0; i < samples; ++i) {
        out.squares += static_cast<std::uint64_t>(x[i] * x[i]);
        // x[i] is in the prefix sums from i + 1 to `samples`.
        out.prefix_sums += static_cast<std::uint64_t>(x[i]) * (samples - i);
    }
    return out;
}

std::uint64_t plain_sum_of_boxes(const Numbers& x, std::size_t begin, std::size_t end, std::size_t length) {
    std::int64_t sum = 0;
    for (auto k = begin; k < end; ++k)
        sum += plain_sum(x, k, k + length);
    return static_cast<std::uint64_t>(sum);
}

HighestStep plain_highest_step(const Numbers& x, std::size_t begin, std::size_t end,
                               const StepFilter& filter) {
    return first_highest<HighestStep>(begin, end, std::numeric_limits<std::int32_t>::min(), [&](auto e) {
        const auto before_end = e - filter.after - filter.flat;
        const auto after = plain_sum(x, e - filter.after, e);
        const auto before = plain_sum(x, before_end - filter.before, before_end);
        return static_cast<std::int32_t>(after * static_cast<std::int64_t>(filter.before) /
                                             static_cast<std::int64_t>(filter.after) -
                                         before);
    });
}

HighestStep plain_highest_difference(const Numbers& x, std::size_t begin, std::size_t end,
                                     std::size_t length) {
    return first_highest<HighestStep>(begin, end, std::numeric_limits<std::int32_t>::min(), [&](auto e) {
        return static_cast<std::int32_t>(plain_sum(x, e, e + length) - plain_sum(x, e - length, e));
    });
}

HighestEnergy plain_highest_energy(const Numbers& x, std::size_t begin, std::size_t end,
                                   const EnergyFilter& filter) {
    return first_highest<HighestEnergy>(begin, end, -std::numeric_limits<double>::infinity(), [&](auto e) {
        const auto shift = filter.rise + filter.flat;
        const auto d1 = plain_sum(x, e - filter.rise, e) - plain_sum(x, e - shift - filter.rise, e - shift);
        std::int64_t d2 = 0;
        for (auto m = e - filter.rise; m < e; ++m)
            d2 += plain_sum(x, m - shift, m);
        return static_cast<double>(d1) + filter.lambda * (static_cast<double>(d2) - filter.pedestal);
    });
}

}  // namespace spillgate::tests

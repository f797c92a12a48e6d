#include "offline/reconstruction/lar/summed_light.hpp"

#include <algorithm>
#include <numeric>

namespace spillgate::offline::lar {

void SummedLight::begin(std::int64_t from, std::int64_t until) {
    from_ = from;
    sums_.assign(static_cast<std::size_t>(until - from), 0);
}

void SummedLight::add(const PmtLight& pmt, std::int64_t weight) {
    const auto until = from_ + static_cast<std::int64_t>(sums_.size());
    pmt.for_each_sample(from_, until, [&](std::int64_t position, std::int32_t x) {
        sums_[static_cast<std::size_t>(position - from_)] += weight * x;
    });
}

std::span<const std::int64_t> SummedLight::stretch(std::int64_t from, std::int64_t until) const {
    const auto size = static_cast<std::int64_t>(sums_.size());
    const auto begin = std::clamp<std::int64_t>(from - from_, 0, size);
    const auto end = std::clamp<std::int64_t>(until - from_, begin, size);
    return std::span(sums_).subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
}

std::int64_t SummedLight::sum(std::int64_t from, std::int64_t until) const {
    const auto light = stretch(from, until);
    return std::accumulate(light.begin(), light.end(), std::int64_t{0});
}

std::int64_t SummedLight::highest(std::int64_t from, std::int64_t until) const {
    return std::ranges::max(stretch(from, until));
}

}  // namespace spillgate::offline::lar

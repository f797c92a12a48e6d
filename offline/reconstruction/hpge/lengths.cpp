#include "offline/reconstruction/hpge/lengths.hpp"

#include <algorithm>

#include "offline/reconstruction/pmt/settings.hpp"

namespace spillgate::offline::hpge {

Lengths::Lengths(const config::HpgeChain& chain, double sample_period_ns) {
    const auto samples = [&](double ns, std::uint32_t least = 1) -> std::size_t {
        return pmt::samples_of_ns(ns, sample_period_ns, least);
    };
    baseline = samples(chain.baseline_ns());
    step.after = samples(chain.t0_rise_ns());
    step.flat = samples(chain.t0_flat_ns(), 0);
    step.before = step.after *
                  pmt::samples_of_ns(chain.t0_fall_ns(), sample_period_ns * static_cast<double>(step.after));
    rise = samples(chain.rise_ns());
    flat = samples(chain.flat_top_ns(), 0);
    pickoff = samples(
        chain.has_pickoff_ns() ? chain.pickoff_ns() : chain.rise_ns() + 0.75 * chain.flat_top_ns(), 0);
    current = samples(chain.current_ns());
    // Until then the short trapezoid sees the pulse itself.
    pile_up_after = std::max(samples(chain.pile_up_after_ns(), 0), step.length());
}

bool Lengths::within_limits() const {
    return baseline <= longest_baseline &&
           std::ranges::max({step.after, step.flat, step.before, rise, flat, current}) <= longest_filter;
}

bool Lengths::fit(std::size_t samples) const {
    return within_limits() && samples >= baseline && samples >= step.length() && samples > 2 * rise + flat;
}

std::size_t Lengths::before_t0() const {
    const std::size_t trapezoid = 2 * rise + flat;
    return std::ranges::max({baseline, step.length(), trapezoid > pickoff ? trapezoid - pickoff : 0});
}

}  // namespace spillgate::offline::hpge

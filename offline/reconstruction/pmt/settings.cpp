#include "offline/reconstruction/pmt/settings.hpp"

#include <cmath>
#include <limits>

namespace spillgate::offline::pmt {

std::uint32_t samples_of_ns(double ns, double sample_period_ns, std::uint32_t least) {
    const double samples = std::round(ns / sample_period_ns);
    if (!(samples > least)) return least;
    constexpr double most = std::numeric_limits<std::int32_t>::max();
    return static_cast<std::uint32_t>(samples < most ? samples : most);
}

PeakRule peak_rule(const config::PmtChain& chain) {
    const bool filtered = chain.variant() == config::PmtChain::CONDITIONAL_MEAN;
    return {chain.threshold_adc(), chain.min_width_samples(),
            filtered ? chain.filter_samples_before() : chain.samples_before(),
            filtered ? chain.filter_samples_after() : chain.samples_after()};
}

}  // namespace spillgate::offline::pmt

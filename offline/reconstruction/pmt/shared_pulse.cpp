#include "offline/reconstruction/pmt/shared_pulse.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <numeric>

#include "offline/reconstruction/pmt/settings.hpp"
#include "offline/reconstruction/pmt/spe_charges.hpp"

namespace spillgate::offline::pmt {

namespace {

constexpr double absent = std::numeric_limits<double>::quiet_NaN();

// Calls visit(sample of the trace, offset from arrival) for every sample in a region and in the window, in
// order, from position `next` on, which it moves: no position is taken twice.
template <class Visit>
void for_each_sample(const AnalysedTrace& trace, std::int64_t& next, const PulseWindow& window,
                     Visit&& visit) {
    const std::int64_t stop = window.arrival + window.length;
    for (const auto& peak : trace.analysis.peaks) {
        if (peak.begin - trace.roi_begin >= stop) break;
        next = std::max(next, peak.begin - trace.roi_begin);
        for (; next <= peak.end - trace.roi_begin && next < stop; ++next)
            visit(static_cast<std::size_t>(next + trace.roi_begin),
                  static_cast<std::size_t>(next - window.arrival));
    }
}

// Offset at which the running light reaches tenths/10 of the total, linear between samples; the last crossing
// from below stands. Light after sample k belongs to offset k.
double crossing(std::span<const std::int64_t> light, std::int64_t total, std::int64_t tenths) {
    const std::int64_t level = tenths * total;
    std::int64_t before = 0;
    double offset = 0;
    for (std::size_t k = 0; k < light.size(); ++k) {
        const std::int64_t after = before + light[k];
        if (10 * before < level && level <= 10 * after)
            offset = k == 0 ? 0.0
                            : static_cast<double>(k - 1) + static_cast<double>(level - 10 * before) /
                                                               static_cast<double>(10 * light[k]);
        before = after;
    }
    return offset;
}

}  // namespace

SharedPulse SharedPulseMeter::measure(std::span<const AnalysedTraces> pmts,
                                      std::span<const double> spe_charges, const PulseWindow& window) {
    light_.assign(static_cast<std::size_t>(window.length), 0);
    any_ = false;
    SharedPulse pulse;
    pulse.local_baseline = absent;
    for (std::size_t p = 0; p < pmts.size(); ++p) {
        const double charge = add_pmt(pmts[p], spe_charges[p], window, pulse);
        pulse.charge += charge;
        (p == 0 ? pulse.own_pe : pulse.partner_pe) += charge / spe_charges[p];
    }
    find_rise_times(pulse);
    return pulse;
}

double SharedPulseMeter::add_pmt(const AnalysedTraces& pmt, double spe_charge, const PulseWindow& window,
                                 SharedPulse& pulse) {
    double charge = 0;
    const std::int64_t weight = pe_weight(spe_charge);
    std::int64_t next = window.arrival;
    for (const auto& trace : pmt.all()) {
        if (!trace.counts()) continue;
        const bool local = chain_.variant() == config::PmtChain::LOCAL_BASELINE;
        const auto pedestal = local ? pedestal_of(trace, window.arrival) : Pedestal{};
        const bool quiet = pedestal.count > 0;
        const Part part = chain_.variant() == config::PmtChain::CONDITIONAL_MEAN
                              ? add_filtered(trace, static_cast<double>(weight), next, window)
                              : add_samples(trace, weight, quiet ? pedestal : Pedestal{}, next, window);
        for (const auto& peak : trace.analysis.peaks)
            pulse.peaks += peak.begin - trace.roi_begin >= window.arrival &&
                           peak.onset - trace.roi_begin - window.arrival < window.length;
        if (!part.any) continue;
        charge += part.charge;
        pulse.highest = any_ ? std::max(pulse.highest, part.highest) : part.highest;
        if (!any_ && local && quiet)
            pulse.local_baseline = static_cast<double>(pedestal.sum) / static_cast<double>(pedestal.count);
        any_ = true;
        if (window.arrival + window.length + trace.roi_begin > static_cast<std::int64_t>(trace.trace->count))
            pulse.complete = false;
    }
    return charge;
}

SharedPulseMeter::Part SharedPulseMeter::add_filtered(const AnalysedTrace& trace, double weight,
                                                      std::int64_t& next, const PulseWindow& window) {
    Part part;
    for_each_sample(trace, next, window, [&](std::size_t sample, std::size_t offset) {
        const double x = trace.analysis.filtered[sample];
        part.charge += x;
        part.highest = part.any ? std::max(part.highest, x) : x;
        part.any = true;
        light_[offset] += std::llround(weight * x);
    });
    return part;
}

// Up to the divisions at the end everything is integer arithmetic; only the light is rounded, to 2^-28 PE.
SharedPulseMeter::Part SharedPulseMeter::add_samples(const AnalysedTrace& trace, std::int64_t weight,
                                                     const Pedestal& pedestal, std::int64_t& next,
                                                     const PulseWindow& window) {
    const auto& x = trace.analysis.x;
    const auto pedestal_light = std::llround(static_cast<double>(weight) * static_cast<double>(pedestal.sum) /
                                             static_cast<double>(pedestal.count));
    std::int64_t sum = 0;
    std::int64_t highest = std::numeric_limits<std::int64_t>::min();
    Part part;
    for_each_sample(trace, next, window, [&](std::size_t sample, std::size_t offset) {
        const std::int64_t above = pedestal.count * x[sample] - pedestal.sum;
        sum += above;
        highest = std::max(highest, above);
        part.any = true;
        light_[offset] += weight * x[sample] - pedestal_light;
    });
    part.charge = static_cast<double>(sum) / static_cast<double>(pedestal.count);
    part.highest = static_cast<double>(highest) / static_cast<double>(pedestal.count);
    return part;
}

// Mean of the quiet samples of the trace's own stretch before arrival; 0/0 without one.
Pedestal SharedPulseMeter::pedestal_of(const AnalysedTrace& trace, std::int64_t arrival) const {
    const auto& x = trace.analysis.x;
    const auto samples =
        static_cast<std::int64_t>(samples_of_ns(chain_.local_baseline_ns(), trace.analysis.sample_period_ns));
    const std::int64_t until =
        std::min<std::int64_t>(arrival + trace.roi_begin, static_cast<std::int64_t>(trace.trace->count));
    Pedestal pedestal{0, 0};
    for (auto i = std::max<std::int64_t>(0, arrival + trace.roi_begin - samples); i < until; ++i) {
        const auto value = x[static_cast<std::size_t>(i)];
        if (std::abs(value) > chain_.local_baseline_adc()) continue;
        pedestal.sum += value;
        ++pedestal.count;
    }
    return pedestal;
}

void SharedPulseMeter::find_rise_times(SharedPulse& pulse) const {
    const auto total = std::accumulate(light_.begin(), light_.end(), std::int64_t{0});
    const auto at = [&](std::int64_t tenths) { return total > 0 ? crossing(light_, total, tenths) : absent; };
    pulse.t10 = at(1);
    pulse.t50 = at(5);
    pulse.t90 = at(9);
}

}  // namespace spillgate::offline::pmt

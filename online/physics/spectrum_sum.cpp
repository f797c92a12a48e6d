#include "online/physics/spectrum_sum.hpp"

#include <algorithm>

#include "offline/exposure/live_pot.hpp"

namespace spillgate::online {

namespace {

void add(offline::KindExposure& to, const offline::KindExposure& more) {
    to.live_ps += more.live_ps;
    to.windows += more.windows;
    to.rejected += more.rejected;
}

void add(offline::ExposureSums& to, const offline::ExposureSums& more) {
    add(to.in_time, more.in_time);
    add(to.anti_coincident, more.anti_coincident);
    to.live_charge_measured_pc += more.live_charge_measured_pc;
    to.live_charge_estimated_pc += more.live_charge_estimated_pc;
    to.live_charge_missing_slots += more.live_charge_missing_slots;
    to.live_charge_uncorrected_slots += more.live_charge_uncorrected_slots;
}

void add(std::vector<std::uint64_t>& to, const std::vector<std::uint64_t>& more) {
    for (std::size_t i = 0; i < to.size(); ++i)
        to[i] += more[i];
}

bool same(const offline::AxisView& one, const offline::AxisView& other) {
    return one.variable == other.variable && one.bins == other.bins && one.min == other.min &&
           one.max == other.max;
}

}  // namespace

SpectrumSum SpectrumSum::of(const offline::HistogramView& view, std::uint32_t run, bool simulated) {
    SpectrumSum sum;
    sum.axes.assign(view.axes.begin(), view.axes.end());
    sum.sealed = view.sealed != offline::Sealing::NONE;
    sum.in_time.assign(view.in_time.begin(), view.in_time.end());
    if (sum.sealed) std::ranges::fill(sum.in_time, 0);
    sum.anti_coincident.assign(view.anti_coincident.begin(), view.anti_coincident.end());
    sum.exposure = *view.exposure;
    sum.channels = std::max<std::uint32_t>(1, view.channels);
    sum.alpha_relative_uncertainty = view.alpha_relative_uncertainty;
    sum.simulated = simulated;
    sum.runs = {run};
    return sum;
}

bool SpectrumSum::add(const SpectrumSum& other) {
    if (runs.empty()) {
        *this = other;
        return true;
    }
    if (channels != other.channels || !std::ranges::equal(axes, other.axes, same)) return false;
    online::add(in_time, other.in_time);
    online::add(anti_coincident, other.anti_coincident);
    online::add(exposure, other.exposure);
    alpha_relative_uncertainty = std::max(alpha_relative_uncertainty, other.alpha_relative_uncertainty);
    sealed = sealed || other.sealed;
    simulated = simulated || other.simulated;
    runs.insert(other.runs.begin(), other.runs.end());
    return true;
}

offline::HistogramView SpectrumSum::view() const {
    offline::HistogramView view;
    view.axes = axes;
    view.in_time = in_time;
    view.anti_coincident = anti_coincident;
    view.exposure = &exposure;
    view.channels = channels;
    view.alpha_relative_uncertainty = alpha_relative_uncertainty;
    view.sealed = sealed ? offline::Sealing::ALL : offline::Sealing::NONE;
    return view;
}

double SpectrumSum::pot() const {
    return runs.empty() ? 0 : offline::live_pot(exposure, channels).known();
}

}  // namespace spillgate::online

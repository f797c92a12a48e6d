#include "hw/simulation/hpge/charge_pulse.hpp"

#include <algorithm>
#include <cmath>

namespace spillgate::hw::simulation::hpge {

namespace {

constexpr double decay_times_seen = 16;

}  // namespace

double collected(double fraction) {
    const double u = std::clamp(fraction, 0.0, 1.0);
    return u * u * (3 - 2 * u);
}

std::int64_t ChargeStep::risen() const {
    return static_cast<std::int64_t>(std::ceil(fraction + collection));
}

ChargePulse::ChargePulse(double decay_ticks)
    : per_tick_(std::exp(-1 / decay_ticks)),
      per_half_(std::exp(-0.5 / decay_ticks)),
      reach_(static_cast<std::int64_t>(std::ceil(decay_times_seen * decay_ticks))) {
    for (std::int64_t i = 0; i < fine_length; ++i)
        fine_.push_back(std::exp(-static_cast<double>(i) / decay_ticks));
    for (std::int64_t i = 0; i <= reach_ / fine_length; ++i)
        coarse_.push_back(std::exp(-static_cast<double>(i * fine_length) / decay_ticks));
}

void ChargePulse::add(const ChargeStep& step, std::int64_t begin, std::span<float> out) const {
    const auto end = begin + static_cast<std::int64_t>(out.size());
    const std::int64_t risen = step.risen();
    if (step.tick + 1 >= end || step.tick + risen + reach_ < begin) return;
    const auto put = [&](std::int64_t after, double value) {
        out[static_cast<std::size_t>(step.tick + after - begin)] += static_cast<float>(step.height * value);
    };
    // The rise is followed from its beginning in any case: what is left at its end must not depend on where
    // the stretch begins.
    double value = 0, before = 0;
    for (std::int64_t k = 1; k <= risen; ++k) {
        const double now = collected((static_cast<double>(k) - step.fraction) / step.collection);
        value = value * per_tick_ + (now - before) * per_half_;
        before = now;
        if (step.tick + k >= begin && step.tick + k < end) put(k, value);
    }
    const std::int64_t from = std::max(risen + 1, begin - step.tick);
    const std::int64_t to = std::min(risen + reach_ + 1, end - step.tick);
    for (std::int64_t k = from; k < to; ++k)
        put(k, value * left_after(k - risen));
}

}  // namespace spillgate::hw::simulation::hpge

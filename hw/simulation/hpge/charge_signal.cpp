#include "hw/simulation/hpge/charge_signal.hpp"

#include <algorithm>
#include <cmath>

#include "hw/simulation/random.hpp"

namespace spillgate::hw::simulation::hpge {

namespace {

constexpr double pair_energy_kev = 2.96e-3;  // per electron-hole pair in Ge at 77 K

}  // namespace

ChargeSignal::ChargeSignal(const Parameters& parameters, std::size_t channel)
    : parameters_(parameters), channel_(channel), pulse_(parameters.ticks(parameters.hpge.decay_ns())) {}

std::int64_t ChargeSignal::reach() const {
    const double longest = parameters_.ticks(parameters_.hpge.rise_max_ns()) * collection_per_rise;
    return static_cast<std::int64_t>(std::ceil(longest)) + 1 + pulse_.reach();
}

ChargeStep ChargeSignal::step_of(const Deposit& deposit) const {
    const auto& hpge = parameters_.hpge;
    Random random{deposit.key};
    const double rise_ns = hpge.rise_min_ns() + random.uniform() * (hpge.rise_max_ns() - hpge.rise_min_ns());
    double kev = deposit.energy_kev;
    if (deposit.kind != Kind::PULSER)
        kev = std::max(0.0, kev + std::sqrt(hpge.fano() * pair_energy_kev * kev) * random.normal());
    return {deposit.tick, deposit.fraction, parameters_.ticks(rise_ns) * collection_per_rise,
            kev * hpge.adc_per_kev()};
}

void ChargeSignal::analog(const History& history, std::int64_t begin, std::span<float> out) {
    std::fill(out.begin(), out.end(), 0.0f);
    const auto end = begin + static_cast<std::int64_t>(out.size());
    const std::int64_t reach = this->reach();
    for (const CycleDeposits& deposits : history)
        for (const Deposit& deposit : deposits.channels[channel_])
            if (deposit.tick < end && deposit.tick + reach >= begin) pulse_.add(step_of(deposit), begin, out);
}

void ChargeSignal::rises(const History& history, std::int64_t begin, std::int64_t end, float threshold,
                         std::vector<std::int64_t>& out) {
    steps_.clear();
    const std::int64_t longest = reach() - pulse_.reach();
    for (const CycleDeposits& deposits : history)
        for (const Deposit& deposit : deposits.channels[channel_])
            if (deposit.tick < end && deposit.tick + longest >= begin) steps_.push_back(step_of(deposit));
    std::sort(steps_.begin(), steps_.end(), [](const ChargeStep& a, const ChargeStep& b) {
        return a.tick != b.tick ? a.tick < b.tick : a.fraction < b.fraction;
    });
    for (std::size_t i = 0; i < steps_.size();) {
        std::size_t last = i + 1;
        std::int64_t group_end = steps_[i].tick + steps_[i].risen() + 1;
        for (; last < steps_.size() && steps_[last].tick < group_end; ++last)
            group_end = std::max(group_end, steps_[last].tick + steps_[last].risen() + 1);
        const std::int64_t first = steps_[i].tick;
        group_.assign(static_cast<std::size_t>(group_end - first), 0.0f);
        for (; i < last; ++i)
            pulse_.add(steps_[i], first, group_);
        append_rises(group_, first, threshold, out);
    }
}

}  // namespace spillgate::hw::simulation::hpge

#include "hw/simulation/pmt/light.hpp"

#include <algorithm>
#include <cmath>

#include "hw/simulation/random.hpp"

namespace spillgate::hw::simulation::pmt {

namespace {

constexpr double decay_times_seen = 10;
constexpr double cherenkov_spread_ns = 1;

// Streams of one deposit's light.
enum Stream : std::uint64_t {
    SCINTILLATION_TIME = 1,
    SCINTILLATION_CHARGE,
    AFTERGLOW_TIME,
    AFTERGLOW_CHARGE
};

double slow_share(double slow_to_fast) {
    return slow_to_fast / (1 + slow_to_fast);
}

}  // namespace

Light::Light(const Parameters& parameters, std::size_t pmt)
    : parameters_(parameters),
      pmt_(pmt),
      pmts_(parameters.pmt.shared_light() ? parameters.detector_channels : 1),
      slow_share_(slow_share(parameters.pmt.slow_to_fast())),
      slow_share_nuclear_(parameters.pmt.has_slow_to_fast_nuclear()
                              ? slow_share(parameters.pmt.slow_to_fast_nuclear())
                              : slow_share_),
      light_ticks_(reach(Kind::STEADY)) {}

void Light::pulses(const Deposit& deposit, std::int64_t begin, std::int64_t end,
                   std::vector<Pulse>& out) const {
    const Parameters& p = parameters_;
    // Times and charges come from streams of their own, so that charges of pulses outside of the range need
    // not be drawn, nor times of light that has long ended. Which PMT a PE goes to comes from its charge's:
    // every PMT draws the same, and keeps its own.
    const auto pe = [&](double ticks_after, std::uint64_t stream, std::uint64_t index) {
        const double when = deposit.fraction + ticks_after;
        const std::int64_t tick = deposit.tick + static_cast<std::int64_t>(when);
        if (tick < begin || tick >= end) return;
        Random random{deposit.key, stream, index};
        // A dark PE is born in its own PMT.
        if (pmts_ > 1 && deposit.kind != Kind::DARK && random.below(pmts_) != pmt_) return;
        out.push_back(
            pulse_at(deposit, ticks_after, random.gamma(1 + p.pmt.spe_polya_m(), p.pmt.spe_charge_adc())));
    };
    if (deposit.kind == Kind::DARK) return pe(0, SCINTILLATION_CHARGE, 0);

    if (begin < deposit.tick + light_ticks_) {
        const double fast = p.ticks(p.pmt.fast_ns());
        const double slow = p.ticks(p.pmt.slow_ns());
        const double cherenkov = p.ticks(cherenkov_spread_ns);
        const double share = is_nuclear(deposit.kind) ? slow_share_nuclear_ : slow_share_;
        Random random{deposit.key, SCINTILLATION_TIME};
        for (std::uint32_t i = 0; i < deposit.n_pe; ++i) {
            const double when = deposit.kind == Kind::CHERENKOV
                                    ? std::abs(random.normal()) * cherenkov
                                    : random.exponential(random.chance(share) ? slow : fast);
            pe(when, SCINTILLATION_CHARGE, i);
        }
    }
    if (deposit.kind != Kind::LARGE) return;
    const double afterglow = p.ticks(p.pmt.afterglow_ns());
    Random random{deposit.key, AFTERGLOW_TIME};
    const std::uint32_t n = random.poisson(p.pmt.afterglow_fraction() * deposit.n_pe);
    for (std::uint32_t i = 0; i < n; ++i)
        pe(random.exponential(afterglow), AFTERGLOW_CHARGE, i);
}

std::int64_t Light::reach(Kind kind) const {
    const auto& pmt = parameters_.pmt;
    double ns = 0;
    switch (kind) {
        case Kind::DARK:
            ns = 0;
            break;
        case Kind::CHERENKOV:
            ns = 10 * cherenkov_spread_ns;
            break;
        case Kind::LARGE:
            ns = decay_times_seen * std::max({pmt.fast_ns(), pmt.slow_ns(), pmt.afterglow_ns()});
            break;
        default:
            ns = decay_times_seen * std::max(pmt.fast_ns(), pmt.slow_ns());
            break;
    }
    return static_cast<std::int64_t>(parameters_.ticks(ns)) + 1;
}

std::int64_t Light::longest_reach() const {
    return std::max({reach(Kind::LARGE), reach(Kind::STEADY), reach(Kind::CHERENKOV)});
}

}  // namespace spillgate::hw::simulation::pmt

#include "hw/simulation/hpge/hpge_deposits.hpp"

#include <algorithm>
#include <cmath>

namespace spillgate::hw::simulation::hpge {

namespace {

Size falling(double mean_kev) {
    return [mean_kev](Deposit& d, Random& random) {
        d.energy_kev = static_cast<float>(random.exponential(mean_kev));
    };
}

}  // namespace

void HpgeDeposits::draw(CycleDeposits& deposits) const {
    const auto& hpge = parameters_.hpge;
    const Cycle& cycle = deposits.cycle;
    BeamInduced beam{hpge.cevns_per_spill(),         hpge.prompt_fraction(),
                     hpge.neutrons_per_spill(),      hpge.neutron_delay_ns(),
                     falling(hpge.cevns_mean_kev()), falling(hpge.neutron_mean_kev())};
    if (parameters_.signal)
        take_signal(
            parameters_,
            [](double energy_kev, Deposit& d, Random&) { d.energy_kev = static_cast<float>(energy_kev); },
            beam);
    for (std::size_t i = 0; i < parameters_.detector_channels; ++i) {
        auto& out = deposits.channels[i];
        gammas(cycle, i, out);
        draws_.beam_induced(cycle, i, beam, out);
        pulser(cycle, i, out);
    }
    draws_.muons(
        cycle, hpge.muon_rate_hz(), hpge.muon_adc(), [](double, Random&) {}, deposits.channels.back());
}

void HpgeDeposits::gammas(const Cycle& cycle, std::size_t channel, std::vector<Deposit>& out) const {
    const auto& hpge = parameters_.hpge;
    double lines_hz = 0;
    for (const auto& line : hpge.line())
        lines_hz += line.rate_hz();
    const auto which = [&](Deposit& d, Random& random) {
        double below = random.uniform() * lines_hz;
        for (const auto& line : hpge.line()) {
            d.energy_kev = static_cast<float>(line.energy_kev());
            below -= line.rate_hz();
            if (below < 0) return;
        }
    };
    draws_.steady(cycle, channel, Kind::LINE, lines_hz, which, out);
    const auto flat = [&](Deposit& d, Random& random) {
        d.energy_kev = static_cast<float>(random.uniform() * hpge.continuum_max_kev());
    };
    draws_.steady(cycle, channel, Kind::CONTINUUM, hpge.continuum_rate_hz(), flat, out);
}

void HpgeDeposits::pulser(const Cycle& cycle, std::size_t channel, std::vector<Deposit>& out) const {
    const Parameters& p = parameters_;
    if (p.hpge.pulser_rate_hz() <= 0) return;
    const double period = p.frequency_hz / p.hpge.pulser_rate_hz();
    // Counted from tick 0, a quarter of a period late: not in step with the beam's first mark.
    const auto number_from = [&](std::int64_t tick) {
        return std::max(0.0, std::ceil((static_cast<double>(tick) - 0.25 * period) / period));
    };
    const double end = number_from(cycle.end);
    for (double n = number_from(cycle.begin); n < end; ++n) {
        const double after = (n + 0.25) * period - static_cast<double>(cycle.begin);
        Deposit d = deposit_at(cycle.begin, std::max(after, 0.0), Kind::PULSER);
        d.energy_kev = static_cast<float>(p.hpge.pulser_kev());
        Random random{p.simulation.seed(),
                      p.board,
                      cycle.number,
                      channel,
                      static_cast<std::uint64_t>(Purpose::STEADY_DEPOSITS),
                      static_cast<std::uint64_t>(Kind::PULSER),
                      static_cast<std::uint64_t>(n)};
        d.key = random();
        out.push_back(d);
    }
}

}  // namespace spillgate::hw::simulation::hpge

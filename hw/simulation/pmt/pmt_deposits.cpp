#include "hw/simulation/pmt/pmt_deposits.hpp"

#include <algorithm>

namespace spillgate::hw::simulation::pmt {

namespace {

Size falling(double mean_pe) {
    return [mean_pe](Deposit& d, Random& random) {
        d.n_pe = std::max<std::uint32_t>(1, random.poisson(random.exponential(mean_pe)));
    };
}

}  // namespace

void PmtDeposits::draw(CycleDeposits& deposits) const {
    const auto& pmt = parameters_.pmt;
    const Cycle& cycle = deposits.cycle;
    for (std::size_t i = 0; i < parameters_.detector_channels; ++i) {
        auto& own = deposits.channels[i];
        draws_.steady(cycle, i, Kind::DARK, pmt.dark_rate_hz(), [](Deposit& d, Random&) { d.n_pe = 1; }, own);
        if (!pmt.shared_light()) light(cycle, i, own);
    }
    if (pmt.shared_light()) light(cycle, 0, deposits.shared);
    muons(deposits);
}

void PmtDeposits::light(const Cycle& cycle, std::size_t detector, std::vector<Deposit>& out) const {
    const auto& pmt = parameters_.pmt;
    draws_.steady(cycle, detector, Kind::STEADY, pmt.steady_rate_hz(), falling(pmt.steady_mean_pe()), out);
    draws_.steady(cycle, detector, Kind::LARGE, pmt.large_rate_hz(), falling(pmt.large_mean_pe()), out);
    const auto cherenkov = [&](Deposit& d, Random& random) {
        d.n_pe = std::max<std::uint32_t>(1, random.poisson(pmt.cherenkov_mean_pe()));
    };
    draws_.steady(cycle, detector, Kind::CHERENKOV, pmt.cherenkov_rate_hz(), cherenkov, out);
    BeamInduced beam{pmt.cevns_per_spill(),  pmt.prompt_fraction(),        pmt.neutrons_per_spill(),
                     pmt.neutron_delay_ns(), falling(pmt.cevns_mean_pe()), falling(pmt.neutron_mean_pe())};
    if (parameters_.signal)
        take_signal(
            parameters_,
            [yield = pmt.cevns_pe_per_kev()](double energy_kev, Deposit& d, Random& random) {
                d.n_pe = random.poisson(yield * energy_kev);
            },
            beam);
    draws_.beam_induced(cycle, detector, beam, out);
}

void PmtDeposits::muons(CycleDeposits& deposits) const {
    const Parameters& p = parameters_;
    // Some muons cross a detector as well, 5 to 15 ns of flight apart.
    const auto through = [&](double when, Random& random) {
        if (!random.chance(p.pmt.muon_through_fraction())) return;
        Deposit d = deposit_at(deposits.cycle.begin, when + p.ticks(5 + 10 * random.uniform()), Kind::LARGE);
        falling(p.pmt.large_mean_pe())(d, random);
        auto& crossed =
            p.pmt.shared_light() ? deposits.shared : deposits.channels[random.below(p.detector_channels)];
        d.key = random();
        crossed.push_back(d);
    };
    draws_.muons(deposits.cycle, p.pmt.muon_rate_hz(), p.pmt.muon_adc(), through, deposits.channels.back());
}

}  // namespace spillgate::hw::simulation::pmt

#include "hw/simulation/draws.hpp"

#include <algorithm>
#include <cmath>

namespace spillgate::hw::simulation {

namespace {

constexpr double elementary_charge_c = 1.602176634e-19;  // SI
constexpr double pion_lifetime_ns = 26.033;              // PDG 2022
constexpr double muon_lifetime_ns = 2196.981;            // PDG 2022

}  // namespace

Deposit deposit_at(std::int64_t origin, double ticks_after, Kind kind) {
    const double whole = std::floor(ticks_after);
    Deposit d;
    d.tick = origin + static_cast<std::int64_t>(whole);
    d.fraction = std::min(static_cast<float>(ticks_after - whole), 0.999999f);
    d.kind = kind;
    return d;
}

void take_signal(const Parameters& parameters, std::function<void(double energy_kev, Deposit&, Random&)> size,
                 BeamInduced& to) {
    const double protons = parameters.beam.charge_uc() * 1e-6 / elementary_charge_c;
    to.signal_per_spill = parameters.signal->per_proton() * protons;
    to.prompt_fraction = parameters.signal->prompt_fraction();
    to.signal = [table = parameters.signal, size = std::move(size)](Deposit& d, Random& random) {
        size(table->draw(d.kind == Kind::CEVNS_PROMPT, random), d, random);
    };
}

void Draws::steady(const Cycle& cycle, std::size_t channel, Kind kind, double rate_hz, const Size& size,
                   std::vector<Deposit>& out) const {
    const auto length = static_cast<double>(cycle.end - cycle.begin);
    Random random{parameters_.simulation.seed(),
                  parameters_.board,
                  cycle.number,
                  channel,
                  static_cast<std::uint64_t>(Purpose::STEADY_DEPOSITS),
                  static_cast<std::uint64_t>(kind)};
    const std::uint32_t n = random.poisson(rate_hz * (length / parameters_.frequency_hz));
    for (std::uint32_t i = 0; i < n; ++i) {
        Deposit d = deposit_at(cycle.begin, length * random.uniform(), kind);
        d.key = random();
        size(d, random);
        out.push_back(d);
    }
}

void Draws::beam_induced(const Cycle& cycle, std::size_t channel, const BeamInduced& what,
                         std::vector<Deposit>& out) const {
    if (cycle.intensity <= 0) return;
    const Parameters& p = parameters_;
    Random random{p.simulation.seed(), p.board, cycle.number, channel,
                  static_cast<std::uint64_t>(Purpose::BEAM_DEPOSITS)};
    const auto add = [&](double when, Kind kind, const Size& size) {
        Deposit d = deposit_at(cycle.mark_tick, when, kind);
        size(d, random);
        d.key = random();
        out.push_back(d);
    };
    const std::uint32_t signal = random.poisson(what.signal_per_spill * cycle.intensity);
    for (std::uint32_t i = 0; i < signal; ++i) {
        const bool prompt = random.chance(what.prompt_fraction);
        double when =
            cycle.mark_fraction + beam_.proton_delay(random) + random.exponential(p.ticks(pion_lifetime_ns));
        if (!prompt) when += random.exponential(p.ticks(muon_lifetime_ns));
        add(when, prompt ? Kind::CEVNS_PROMPT : Kind::CEVNS_DELAYED, what.signal);
    }
    const std::uint32_t neutrons = random.poisson(what.neutrons_per_spill * cycle.intensity);
    for (std::uint32_t i = 0; i < neutrons; ++i)
        add(cycle.mark_fraction + beam_.proton_delay(random) + p.ticks(what.neutron_delay_ns),
            Kind::BEAM_NEUTRON, what.neutron);
}

void Draws::muons(const Cycle& cycle, double rate_hz, double muon_adc,
                  const std::function<void(double, Random&)>& through, std::vector<Deposit>& out) const {
    const Parameters& p = parameters_;
    const auto length = static_cast<double>(cycle.end - cycle.begin);
    Random random{p.simulation.seed(),
                  p.board,
                  cycle.number,
                  p.detector_channels,
                  static_cast<std::uint64_t>(Purpose::STEADY_DEPOSITS),
                  static_cast<std::uint64_t>(Kind::MUON)};
    const std::uint32_t n = random.poisson(rate_hz * length / p.frequency_hz);
    for (std::uint32_t i = 0; i < n; ++i) {
        const double when = length * random.uniform();
        // Energy loss in a thin panel: a peak with a long tail to large pulses (Moyal's form of Landau's
        // curve).
        const double moyal = -2 * std::log(std::abs(random.normal()) + 1e-9);
        const double height = muon_adc * std::max(0.3, 1 + 0.12 * moyal);
        Deposit d = deposit_at(cycle.begin, when, Kind::MUON);
        d.n_pe = static_cast<std::uint32_t>(std::lround(height));
        d.key = random();
        out.push_back(d);
        through(when, random);
    }
}

}  // namespace spillgate::hw::simulation

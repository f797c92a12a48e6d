#include "hw/simulation/deposits.hpp"

#include <algorithm>
#include <cmath>

#include "hw/simulation/random.hpp"

namespace spillgate::hw::simulation {

namespace {

constexpr double pion_lifetime_ns = 26.033;    // PDG 2022
constexpr double muon_lifetime_ns = 2196.981;  // PDG 2022

Deposit at(std::int64_t origin, double ticks_after, Kind kind, std::uint32_t n_pe, std::uint64_t key) {
    const double whole = std::floor(ticks_after);
    Deposit d;
    d.tick = origin + static_cast<std::int64_t>(whole);
    d.fraction = std::min(static_cast<float>(ticks_after - whole), 0.999999f);
    d.kind = kind;
    d.n_pe = n_pe;
    d.key = key;
    return d;
}

std::uint32_t falling_size(Random& random, double mean_pe) {
    return std::max<std::uint32_t>(1, random.poisson(random.exponential(mean_pe)));
}

}  // namespace

DepositGenerator::DepositGenerator(const Parameters& parameters, const Beam& beam)
    : parameters_(parameters), beam_(beam), detectors_(parameters.pmt.detector_channels()) {}

void DepositGenerator::generate(std::uint64_t cycle_number, CycleDeposits& deposits) const {
    deposits.cycle = beam_.cycle(cycle_number);
    deposits.channels.resize(channels());
    for (auto& channel : deposits.channels)
        channel.clear();
    for (std::size_t i = 0; i < detectors_; ++i) {
        steady(deposits.cycle, i, deposits.channels[i]);
        beam_induced(deposits.cycle, i, deposits.channels[i]);
    }
    muons(deposits.cycle, deposits);
}

void DepositGenerator::steady(const Cycle& cycle, std::size_t channel, std::vector<Deposit>& out) const {
    const auto& pmt = parameters_.pmt;
    const auto length = static_cast<double>(cycle.end - cycle.begin);
    const double seconds = length / parameters_.frequency_hz;
    const auto draw = [&](Kind kind, double rate_hz, auto size) {
        Random random{parameters_.simulation.seed(),
                      parameters_.board,
                      cycle.number,
                      channel,
                      static_cast<std::uint64_t>(Purpose::STEADY_DEPOSITS),
                      static_cast<std::uint64_t>(kind)};
        const std::uint32_t n = random.poisson(rate_hz * seconds);
        for (std::uint32_t i = 0; i < n; ++i) {
            const double when = length * random.uniform();
            out.push_back(at(cycle.begin, when, kind, size(random), random()));
        }
    };
    draw(Kind::DARK, pmt.dark_rate_hz(), [](Random&) { return 1u; });
    draw(Kind::STEADY, pmt.steady_rate_hz(),
         [&](Random& r) { return falling_size(r, pmt.steady_mean_pe()); });
    draw(Kind::LARGE, pmt.large_rate_hz(), [&](Random& r) { return falling_size(r, pmt.large_mean_pe()); });
    draw(Kind::CHERENKOV, pmt.cherenkov_rate_hz(),
         [&](Random& r) { return std::max<std::uint32_t>(1, r.poisson(pmt.cherenkov_mean_pe())); });
}

void DepositGenerator::beam_induced(const Cycle& cycle, std::size_t channel,
                                    std::vector<Deposit>& out) const {
    if (cycle.intensity <= 0) return;
    const Parameters& p = parameters_;
    Random random{p.simulation.seed(), p.board, cycle.number, channel,
                  static_cast<std::uint64_t>(Purpose::BEAM_DEPOSITS)};
    const std::uint32_t signal = random.poisson(p.pmt.cevns_per_spill() * cycle.intensity);
    for (std::uint32_t i = 0; i < signal; ++i) {
        const bool prompt = random.chance(p.pmt.prompt_fraction());
        double when =
            cycle.mark_fraction + beam_.proton_delay(random) + random.exponential(p.ticks(pion_lifetime_ns));
        if (!prompt) when += random.exponential(p.ticks(muon_lifetime_ns));
        const std::uint32_t n_pe = falling_size(random, p.pmt.cevns_mean_pe());
        out.push_back(
            at(cycle.mark_tick, when, prompt ? Kind::CEVNS_PROMPT : Kind::CEVNS_DELAYED, n_pe, random()));
    }
    const std::uint32_t neutrons = random.poisson(p.pmt.neutrons_per_spill() * cycle.intensity);
    for (std::uint32_t i = 0; i < neutrons; ++i) {
        const double when =
            cycle.mark_fraction + beam_.proton_delay(random) + p.ticks(p.pmt.neutron_delay_ns());
        const std::uint32_t n_pe = falling_size(random, p.pmt.neutron_mean_pe());
        out.push_back(at(cycle.mark_tick, when, Kind::BEAM_NEUTRON, n_pe, random()));
    }
}

void DepositGenerator::muons(const Cycle& cycle, CycleDeposits& deposits) const {
    const Parameters& p = parameters_;
    const auto length = static_cast<double>(cycle.end - cycle.begin);
    Random random{p.simulation.seed(),
                  p.board,
                  cycle.number,
                  veto_index(),
                  static_cast<std::uint64_t>(Purpose::STEADY_DEPOSITS),
                  static_cast<std::uint64_t>(Kind::MUON)};
    const std::uint32_t n = random.poisson(p.pmt.muon_rate_hz() * length / p.frequency_hz);
    for (std::uint32_t i = 0; i < n; ++i) {
        const double when = length * random.uniform();
        // Energy loss in a thin panel: a peak with a long tail to large pulses (Moyal's form of Landau's
        // curve).
        const double moyal = -2 * std::log(std::abs(random.normal()) + 1e-9);
        const double height = p.pmt.muon_adc() * std::max(0.3, 1 + 0.12 * moyal);
        deposits.channels[veto_index()].push_back(
            at(cycle.begin, when, Kind::MUON, static_cast<std::uint32_t>(std::lround(height)), random()));
        // Some muons cross a crystal as well, 5 to 15 ns of flight apart.
        if (random.chance(p.pmt.muon_through_fraction())) {
            const double crystal = when + p.ticks(5 + 10 * random.uniform());
            const std::uint32_t n_pe = falling_size(random, p.pmt.large_mean_pe());
            deposits.channels[random.below(detectors_)].push_back(
                at(cycle.begin, crystal, Kind::LARGE, n_pe, random()));
        }
    }
}

}  // namespace spillgate::hw::simulation

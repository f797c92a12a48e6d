// What happens in the detectors, in continuous time: deposits of light, each with its kind and size.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "hw/simulation/beam.hpp"
#include "hw/simulation/parameters.hpp"

namespace spillgate::hw::simulation {

enum class Kind : std::uint8_t {
    DARK,           // one PE from the photocathode
    STEADY,         // scintillation of the steady background
    LARGE,          // a large pulse, with afterglow
    CHERENKOV,      // all its light within a few ns
    CEVNS_PROMPT,   // signal from pion decay
    CEVNS_DELAYED,  // signal from muon decay
    BEAM_NEUTRON,
    MUON,  // on the veto channel
};
inline constexpr int kind_count = 8;
inline constexpr std::array<std::string_view, kind_count> kind_names{
    "dark", "steady", "large", "cherenkov", "cevns-prompt", "cevns-delayed", "beam-neutron", "muon",
};
inline std::string_view name_of(Kind kind) {
    return kind_names[static_cast<std::size_t>(kind)];
}

struct Deposit {
    std::int64_t tick = 0;
    float fraction = 0;  // [0, 1) of a tick
    Kind kind = Kind::DARK;
    std::uint32_t n_pe = 0;  // MUON: pulse height in ADC
    std::uint64_t key = 0;   // of its light: the same PE whoever asks, whenever
};

// All deposits of one cycle, by channel: the detectors in order, then the veto. Not ordered in time.
struct CycleDeposits {
    Cycle cycle;
    std::vector<std::vector<Deposit>> channels;
};

// Draws a cycle's deposits; they depend on (seed, board, cycle, channel, kind) and the beam's facts alone.
// Steady kinds fill the cycle evenly; the beam's follow the protons: prompt ones with the pion's lifetime of
// 26 ns, delayed ones with the muon's 2.197 μs on top, neutrons neutron_delay_ns later. Sizes: the light of
// signal, neutrons, steady and large deposits falls exponentially with the configured mean number of PE and
// fluctuates as Poisson; at least one PE is seen.
class DepositGenerator {
  public:
    DepositGenerator(const Parameters& parameters, const Beam& beam);
    void generate(std::uint64_t cycle_number, CycleDeposits& deposits) const;
    std::size_t channels() const { return detectors_ + 1; }
    std::size_t veto_index() const { return detectors_; }

  private:
    Parameters parameters_;
    const Beam& beam_;
    std::size_t detectors_ = 1;

    void steady(const Cycle& cycle, std::size_t channel, std::vector<Deposit>& out) const;
    void beam_induced(const Cycle& cycle, std::size_t channel, std::vector<Deposit>& out) const;
    void muons(const Cycle& cycle, CycleDeposits& deposits) const;
};

}  // namespace spillgate::hw::simulation

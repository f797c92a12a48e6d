// What happens in the detectors, in continuous time: deposits, each with its kind and size.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string_view>
#include <vector>

#include "hw/simulation/beam.hpp"

namespace spillgate::hw::simulation {

enum class Kind : std::uint8_t {
    DARK,           // one PE from the photocathode
    STEADY,         // scintillation of the steady background
    LARGE,          // a large pulse, with afterglow
    CHERENKOV,      // all its light within a few ns
    CEVNS_PROMPT,   // signal from pion decay
    CEVNS_DELAYED,  // signal from muon decay
    BEAM_NEUTRON,
    MUON,       // on the veto channel
    LINE,       // a gamma's full energy
    CONTINUUM,  // the background under the lines
    PULSER,     // charge put on the preamplifier's test input
};
inline constexpr int kind_count = 11;
inline constexpr std::array<std::string_view, kind_count> kind_names{
    "dark",         "steady", "large", "cherenkov", "cevns-prompt", "cevns-delayed",
    "beam-neutron", "muon",   "line",  "continuum", "pulser",
};
inline std::string_view name_of(Kind kind) {
    return kind_names[static_cast<std::size_t>(kind)];
}
// Nuclei recoil: what they ionise and excite differs from what electrons do.
inline bool is_nuclear(Kind kind) {
    return kind == Kind::CEVNS_PROMPT || kind == Kind::CEVNS_DELAYED || kind == Kind::BEAM_NEUTRON;
}

struct Deposit {
    std::int64_t tick = 0;
    float fraction = 0;  // [0, 1) of a tick
    Kind kind = Kind::DARK;
    std::uint32_t n_pe = 0;  // PMTs: of all that see it. MUON: pulse height in ADC
    float energy_kev = 0;    // HPGe: ionisation, before it fluctuates
    std::uint64_t key = 0;   // of its light or charge: the same whoever asks, whenever
};

// All deposits of one cycle, not ordered in time.
struct CycleDeposits {
    Cycle cycle;
    std::vector<std::vector<Deposit>> channels;  // seen by one channel: the detectors in order, then the veto
    std::vector<Deposit> shared;                 // seen by all detector channels together
};

// Consecutive cycles.
using History = std::deque<CycleDeposits>;

// Draws a cycle's deposits; they depend on (seed, board, cycle, channel, kind) and the beam's facts alone.
class DepositGenerator {
  public:
    virtual ~DepositGenerator() = default;
    // Fills the lists of deposits.cycle: as many as there are channels, all empty.
    virtual void draw(CycleDeposits& deposits) const = 0;
};

}  // namespace spillgate::hw::simulation

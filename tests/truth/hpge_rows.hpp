// Ionisation in germanium, reconstructed against what was deposited.
#pragma once

#include "proto/schema/chain.pb.h"
#include "proto/schema/simulation.pb.h"
#include "tests/truth/matching.hpp"
#include "tests/truth/rows.hpp"

namespace spillgate::truth {

struct HpgeLine {
    std::string kind;  // as the truth list has it
    double energy_kev = 0;
    double bias_kev = 0;    // either way
    double fwhm_ratio = 0;  // at most
    std::string published;
};

// Bounds for deposits of [low, high) keV.
struct HpgeBin {
    double low = 0;
    double high = 0;
    double bias_kev = 0;  // either way
    double delay_ns = 0;  // at most
    double delay_sigma_ns = 0;
    double efficiency = 0;  // at least
};

struct HpgeBounds {
    std::vector<HpgeLine> lines;
    std::vector<HpgeBin> bins;
};

// Per line: bias and FWHM, and the latter over what Fano's factor and white noise in the chain's two averages
// make. Per bin, of all deposits: bias, arrival after the charge began to move, efficiency.
std::vector<Row> hpge_rows(const config::SimulatedHpge& hpge, const config::HpgeChain& chain, double tick_ns,
                           const std::vector<Match>& matches, const HpgeBounds& bounds);

}  // namespace spillgate::truth

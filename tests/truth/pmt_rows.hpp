// Scintillation light, reconstructed against what was deposited.
#pragma once

#include "proto/schema/simulation.pb.h"
#include "tests/truth/matching.hpp"
#include "tests/truth/rows.hpp"

namespace spillgate::truth {

// Bounds for deposits of [low, high) PE; unset ones are shown only.
struct PmtBin {
    double low = 0;
    double high = 0;
    double bias_percent = 0;  // either way
    double spread_ratio = 0;  // at most
    double delay_ns = 0;      // at most
    double delay_sigma_ns = 0;
    double efficiency = 0;             // at least
    std::optional<double> f90_bias;    // either way
    std::optional<double> separation;  // at least
};

struct PmtBounds {
    double integration_ns = 0;  // of the chain
    std::vector<PmtBin> bins;
    std::string light_published;
    std::string f90_published;
};

// Per bin:
//   light, bias      PE found over those that the integration window is expected to hold, less 1
//   light, spread    of PE found, over that of statistics alone: binomial in the window, and the SPE's width
//   arrival          delay of the candidate after the deposit: median and spread
//   efficiency       deposits that became the candidate
//   F90, separation  where the chain has it: distance of the medians of nuclear recoils and electrons, in
//   units
//                    of their spreads added in quadrature
std::vector<Row> pmt_rows(const config::SimulatedPmt& pmt, const std::vector<Match>& matches,
                          const PmtBounds& bounds);

}  // namespace spillgate::truth

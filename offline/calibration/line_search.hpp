// Which energy in ADC is which in keV: gamma lines found in a spectrum of unknown scale.
#pragma once

#include <span>

#include "offline/calibration/gamma_lines.hpp"
#include "proto/result.hpp"

namespace spillgate::offline {

struct ScaleSearch {
    double kev_per_adc = 0;
    double score = 0;       // Σ over lines of the log-likelihood ratio of an excess at their place
    int lines = 0;          // with an excess beyond chance
    double next_score = 0;  // of the best scale that puts the highest line elsewhere
};

// Tries scales (proportional: kev = kev_per_adc · E) in steps of a third of the narrowest window, between
// those that put the highest line at the spectrum's end and at a tenth of it. A line's window is its energy ±
// (1.5 keV + 0.15 %), the background is the mean of two windows' widths on either side. `energies_adc` must
// be sorted. Errors: REFUSED, in words, if too few entries, too few lines (needed: 3, or all if there are
// fewer) or two scales that do about equally well.
proto::Result<ScaleSearch> find_scale(std::span<const double> energies_adc, std::span<const GammaLine> lines);

}  // namespace spillgate::offline

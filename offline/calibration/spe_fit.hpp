// The fit of a charge spectrum of isolated single pulses (docs/reconstruction.md, SPE calibration): one
// pedestal exponential plus terms of 1, 2 and 3 PE.
#pragma once

#include "offline/calibration/spe_spectrum.hpp"
#include "proto/schema/calibration.pb.h"

namespace spillgate::offline {

enum class SpeShape {
    GAUSSIAN,  // n PE: mean n·Q, sigma √n·σ
    POLYA,     // n PE: gamma distribution of shape n·(m+1) and mean n·Q
};

struct SpeFitOptions {
    SpeShape shape = SpeShape::POLYA;
    double start_adc = 60;  // ADC·samples of one PE
    double min_adc = 30;    // range of the fit
    double max_adc = 300;
    std::uint64_t min_entries = 1000;
};

// The range in which a spectrum is fitted when one PE is expected at `charge_adc`: from half of it to 5 times
// it. Below, the threshold of the peaks takes some away, which the fit would make up for with pulses of 2 PE
// and a smaller charge of one.
SpeFitOptions spe_fit_around(double charge_adc);

// Expected entries per unit of charge at q, for values of the result's parameters.
double spe_density(double q, const wire::SpeSliceFit& fit, SpeShape shape, double min_adc);

// Minimises the Poisson likelihood ratio (Baker and Cousins, NIM 221 (1984) 437) with NLopt, with at most
// half as many pulses of 2 PE and a quarter as many of 3 as of one: without that, pulses of one PE of Q are
// as well n PE of Q/n. The error of the charge is half the interval in which the ratio, minimised over all
// else, is within 1 of its minimum; the others come from the inverse of the matrix of second derivatives,
// taken numerically. Fills everything but channel and validity. A spectrum that cannot be fitted comes back
// with fitted = false and the problem in words.
wire::SpeSliceFit fit_spe(const ChargeSpectrum& spectrum, const SpeFitOptions& options);

}  // namespace spillgate::offline

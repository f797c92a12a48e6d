// The fit of one gamma line: where it lies, how wide it is, how many counts it has.
#pragma once

#include <span>

#include "proto/schema/calibration.pb.h"

namespace spillgate::offline {

struct LineFitOptions {
    double energy_kev = 0;        // of the line
    double expected_adc = 0;      // where it lies, within 1.5 FWHM
    double kev_per_adc = 1;       // the scale's slope there
    double fwhm_kev = 2.5;        // to start from
    double range_fwhm = 6;        // fitted on either side, in units of fwhm_kev
    double others_apart_kev = 0;  // distance to the nearest other line; the range keeps clear of it; 0: none
};

// Gaussian + linear background + a step under the line (background higher below it by a part of its counts),
// in bins of a quarter of the FWHM, by the Poisson likelihood ratio (Baker and Cousins, NIM 221 (1984) 437);
// errors from its second derivatives. energies_adc must be sorted. Returns a line with position_adc.error 0
// if it is not determined: too few counts, or at a bound. Fills neither residual, `used` nor begin_kev.
wire::HpgeLineFit fit_line(std::span<const double> energies_adc, const LineFitOptions& options);

}  // namespace spillgate::offline

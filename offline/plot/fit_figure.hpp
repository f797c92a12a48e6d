// A plot of any fit to a histogram: data with errors, the fitted curve with its components, pulls below, and
// what the fit found in words. A calibration of another kind needs no more than to fill a FitPlot.
#pragma once

#include <string>
#include <vector>

#include "offline/plot/figure.hpp"
#include "offline/plot/histogram_series.hpp"

namespace spillgate::offline::plot {

struct FitPlot {
    std::string title;
    std::vector<std::string> lines;  // run, channel, validity
    std::string footer;
    bool simulated = false;
    Axis x;                    // label, unit and range
    std::string counts_label;  // "Pulses per 2 ADC·samples"
    bool logarithmic = false;
    Bins data;                        // counts; errors are their square roots, set by fit_figure
    std::vector<Curve> components;    // in counts per bin
    Curve fit;                        // their sum; empty: not fitted, then there are no pulls
    std::vector<double> expected;     // by the fit, as data
    std::vector<std::string> result;  // the fit's values, χ²
};

Figure fit_figure(FitPlot plot);

}  // namespace spillgate::offline::plot

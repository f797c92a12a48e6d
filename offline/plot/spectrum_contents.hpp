// What of a spectrum is drawn: the windows themselves, the background scaled to their live time, and the
// residual. Contents are without flow bins, in the order of HistogramView.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "offline/plot/figure.hpp"
#include "offline/spectra/spectra.hpp"

namespace spillgate::offline::plot {

struct Contents {
    std::string name;  // "C", "α·AC", "C − α·AC"
    Colour colour;
    std::vector<double> value, error;
};

struct SpectrumContents {
    std::optional<Contents> windows;     // C, or what is open of it; without C exposure no-beam, or free
    std::optional<Contents> background;  // AC, scaled to the live time of `windows`
    std::optional<Contents> residual;    // C − α·AC
};

// Only kinds with live time are there, and nothing that is sealed. AC alone is background, unscaled.
SpectrumContents contents_of(const HistogramView& view);

}  // namespace spillgate::offline::plot

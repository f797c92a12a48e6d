// What lies outside the box (docs/blinding.md): with C/(α·AC) near 1 the anti-coincident windows describe the
// background of the in-time ones, which may be looked at before anybody has looked into the box.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "offline/exposure/residual.hpp"
#include "offline/spectra/spectra.hpp"

namespace spillgate::offline {

struct Sideband {
    std::uint64_t in_time =
        0;  // candidates outside the box, under all cuts of the spectrum, flow bins included
    std::uint64_t anti_coincident = 0;
    Alpha alpha;
    double ratio = 0;  // C/(α·AC)
    double sigma =
        0;  // σ² = ratio²·(1/C + 1/AC + (σ_α/α)²): Poisson counts, independent of each other and of α
};

// Nothing, if there is no box, no exposure of either kind, or no count outside in either: then the ratio or
// its error is not known, which is not the same as zero.
std::optional<Sideband> sideband(const HistogramView& view);

// "csi: 4 ≤ pe < 60, 0 ≤ t_rec_us < 6"; empty without a box.
std::string box_text(const HistogramView& view);

}  // namespace spillgate::offline

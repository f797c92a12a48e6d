// The kinds of windows that a spectrum counts, and their bins inside the axes.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "offline/spectra/spectra.hpp"

namespace spillgate::online {

struct KindCounts {
    std::string_view name;                  // as in JSON
    std::span<const std::uint64_t> counts;  // with under- and overflow
    const offline::KindExposure* exposure = nullptr;
    bool sealed = false;  // what was live is known; what was seen is nobody's to know

    bool known() const { return exposure->windows != 0; }
};

inline std::array<KindCounts, 4> kinds_of(const offline::HistogramView& histogram) {
    const auto& exposure = *histogram.exposure;
    return {{{"in_time", histogram.in_time, &exposure.in_time, histogram.sealed == offline::Sealing::ALL},
             {"anti_coincident", histogram.anti_coincident, &exposure.anti_coincident},
             {"free", histogram.free, &exposure.free},
             {"no_beam", histogram.no_beam, &exposure.no_beam}}};
}

inline bool same_counts(const offline::HistogramView& a, const offline::HistogramView& b) {
    return std::ranges::equal(a.in_time, b.in_time) &&
           std::ranges::equal(a.anti_coincident, b.anti_coincident) && std::ranges::equal(a.free, b.free) &&
           std::ranges::equal(a.no_beam, b.no_beam) && *a.exposure == *b.exposure && a.sealed == b.sealed &&
           a.in_time_outside == b.in_time_outside && a.anti_coincident_outside == b.anti_coincident_outside;
}

// About what their counts take in memory, what is sealed included.
inline std::size_t bytes_of(const offline::Spectra& spectra) {
    std::size_t bins = 0;
    for (std::size_t i = 0; i < spectra.size(); ++i)
        bins += spectra.histogram(i).in_time.size();
    return 5 * sizeof(std::uint64_t) * bins;
}

// Calls visit(position in the flat array) for every bin between the bounds of all axes, in row-major order.
template <class Visit>
void for_each_bin(const offline::HistogramView& histogram, Visit visit) {
    const std::size_t rows = histogram.axes.size() == 2 ? histogram.axes[0].bins : 1;
    const std::size_t columns = histogram.axes.back().bins;
    const std::size_t first_row = histogram.axes.size() == 2 ? 1 : 0;
    for (std::size_t row = 0; row < rows; ++row) {
        for (std::size_t column = 0; column < columns; ++column) {
            visit((row + first_row) * (columns + 2) + column + 1);
        }
    }
}

}  // namespace spillgate::online

// Contents of bins that a table names by their centres, brought to other bins.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "offline/experiment/data_folder.hpp"
#include "proto/result.hpp"

namespace spillgate::offline {

// Equal bins that touch.
struct HistogramTable {
    double begin = 0;
    double width = 0;
    std::vector<double> contents;

    double end() const { return begin + width * static_cast<double>(contents.size()); }
    double centre(std::size_t i) const { return begin + width * (static_cast<double>(i) + 0.5); }
};

// Of rows {centre, contents}. Errors: CORRUPT (centres not equally spaced, fewer than two, contents below 0).
proto::Result<HistogramTable> histogram_of(const Table& table);

// Contents between rising edges, those of a bin that an edge cuts shared by length. Outside the table there
// is nothing.
std::vector<double> rebinned(const HistogramTable& histogram, std::span<const double> edges);

// Sum over all bins below `limit`.
double sum_below(const HistogramTable& histogram, double limit);

// Multiplied by `factor` at each bin's centre.
HistogramTable scaled(HistogramTable histogram, const std::function<double(double)>& factor);

}  // namespace spillgate::offline

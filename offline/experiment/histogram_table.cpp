#include "offline/experiment/histogram_table.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace spillgate::offline {

proto::Result<HistogramTable> histogram_of(const Table& table) {
    const auto corrupt = [&](const std::string& what) {
        return proto::error(proto::ErrorKind::CORRUPT, fmt::format("{}: {}", table.path, what));
    };
    if (table.rows() < 2) return corrupt("a histogram needs two or more bins");
    HistogramTable histogram;
    const double first = table.at(0, 0);
    histogram.width = (table.at(table.rows() - 1, 0) - first) / static_cast<double>(table.rows() - 1);
    histogram.begin = first - histogram.width / 2;
    if (!(histogram.width > 0)) return corrupt("the bins' centres do not rise");
    for (std::size_t row = 0; row < table.rows(); ++row) {
        if (std::abs(table.at(row, 0) - histogram.centre(row)) > 0.01 * histogram.width)
            return corrupt(fmt::format("row {}: the bins' centres are not equally spaced", row + 1));
        if (table.at(row, 1) < 0) return corrupt(fmt::format("row {}: contents below 0", row + 1));
        histogram.contents.push_back(table.at(row, 1));
    }
    return histogram;
}

std::vector<double> rebinned(const HistogramTable& histogram, std::span<const double> edges) {
    std::vector<double> out(edges.size() - 1, 0);
    for (std::size_t i = 0; i < histogram.contents.size(); ++i) {
        const double low = histogram.begin + histogram.width * static_cast<double>(i);
        const double high = low + histogram.width;
        for (std::size_t bin = 0; bin < out.size(); ++bin) {
            const double shared = std::min(high, edges[bin + 1]) - std::max(low, edges[bin]);
            if (shared > 0) out[bin] += histogram.contents[i] * shared / histogram.width;
        }
    }
    return out;
}

double sum_below(const HistogramTable& histogram, double limit) {
    const std::vector<double> edges{std::min(histogram.begin, limit), limit};
    return histogram.begin < limit ? rebinned(histogram, edges).front() : 0;
}

HistogramTable scaled(HistogramTable histogram, const std::function<double(double)>& factor) {
    for (std::size_t i = 0; i < histogram.contents.size(); ++i)
        histogram.contents[i] *= factor(histogram.centre(i));
    return histogram;
}

}  // namespace spillgate::offline

#include "offline/plot/heat_map.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace spillgate::offline::plot {

HeatMap heat_map(std::span<const double> values, std::size_t columns, std::size_t rows) {
    HeatMap map;
    map.columns = columns;
    map.rows = rows;
    map.value.resize(columns * rows);
    for (std::size_t column = 0; column < columns; ++column)
        for (std::size_t row = 0; row < rows; ++row)
            map.value[row * columns + column] = values[column * rows + row];
    return map;
}

void scale_counts(HeatMap& map, double highest) {
    map.palette = Palette::COUNTS;
    map.scale.min = 0;
    map.scale.max = highest > 0 ? highest : 1;
}

void scale_counts_logarithmic(HeatMap& map, double lowest, double highest) {
    map.palette = Palette::COUNTS;
    map.scale.logarithmic = true;
    map.scale.min = std::pow(10.0, std::floor(std::log10(lowest)));
    map.scale.max = std::max(highest, 2 * map.scale.min);
    for (auto& value : map.value)
        if (!(value > 0)) value = std::numeric_limits<double>::quiet_NaN();
}

void scale_residual(HeatMap& map) {
    map.palette = Palette::RESIDUAL;
    double largest = 0;
    for (const double value : map.value)
        largest = std::max(largest, std::abs(value));
    if (largest == 0) largest = 1;
    map.scale.min = -largest;
    map.scale.max = largest;
}

}  // namespace spillgate::offline::plot

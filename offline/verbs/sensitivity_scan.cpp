#include "offline/verbs/sensitivity_scan.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

namespace spillgate::offline {

namespace {

using proto::error;
using proto::ErrorKind;
using proto::Result;

constexpr std::array quantities{ScannedQuantity{"mass_t", "Mass", "t"},
                                ScannedQuantity{"quenching_sigma", "Quenching σ", ""},
                                ScannedQuantity{"threshold_kev", "Threshold", "keV"}};

Result<std::string> axis_from(double threshold, const ExperimentInput& input) {
    const auto loaded = input.load();
    if (!loaded) return loaded.error();
    const auto axes = make_axes(loaded->config.axes());
    if (!axes) return axes.error();
    const auto& edges = axes->size.edges;
    const double width = (edges.back() - edges.front()) / static_cast<double>(axes->size.bins());
    if (!(threshold >= 0) || !(threshold < edges.back()))
        return error(ErrorKind::CONFIG, fmt::format("a threshold of {} is not below the axis' end, {} {}",
                                                    threshold, edges.back(), axes->size.unit));
    const auto bins = std::max(1L, std::lround((edges.back() - threshold) / width));
    return fmt::format("axes.size={{ equal {{ bins: {} begin: {} end: {} }} }}", bins, threshold,
                       edges.back());
}

}  // namespace

Result<ScannedQuantity> scanned_quantity(std::string_view name) {
    const auto* const found = std::ranges::find(quantities, name, &ScannedQuantity::name);
    if (found != quantities.end()) return *found;
    std::string known;
    for (const auto& quantity : quantities)
        known.append(known.empty() ? "" : ", ").append(quantity.name);
    return error(ErrorKind::CONFIG, fmt::format("--scan: '{}' cannot be scanned; there are {}", name, known));
}

Result<std::vector<std::string>> changes_for(const ScannedQuantity& quantity, double value,
                                             const ExperimentInput& input) {
    if (quantity.name == "mass_t")
        return std::vector<std::string>{fmt::format("target.mass_kg={}", 1000 * value)};
    if (quantity.name == "quenching_sigma")
        return std::vector<std::string>{fmt::format("quenching.energy_sigma={}", value)};
    auto axis = axis_from(value, input);
    if (!axis) return axis.error();
    return std::vector<std::string>{std::move(*axis)};
}

}  // namespace spillgate::offline

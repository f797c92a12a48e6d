#include "offline/blinding/sideband.hpp"

#include <cmath>

#include <fmt/format.h>

namespace spillgate::offline {

std::optional<Sideband> sideband(const HistogramView& view) {
    const auto ratio = alpha(*view.exposure, view.alpha_relative_uncertainty);
    if (view.box.empty() || !ratio || view.in_time_outside == 0 || view.anti_coincident_outside == 0)
        return std::nullopt;
    Sideband out{view.in_time_outside, view.anti_coincident_outside, *ratio, 0, 0};
    const auto c = static_cast<double>(out.in_time), ac = static_cast<double>(out.anti_coincident);
    const double of_alpha = ratio->sigma / ratio->value;
    out.ratio = c / (ratio->value * ac);
    out.sigma = out.ratio * std::sqrt(1 / c + 1 / ac + of_alpha * of_alpha);
    return out;
}

std::string box_text(const HistogramView& view) {
    std::string text;
    std::string_view chain;
    for (const auto& range : view.box) {
        if (range.chain != chain)
            text += fmt::format("{}{}: ", text.empty() ? "" : "; ", range.chain);
        else
            text += ", ";
        text += fmt::format("{} ≤ {} < {}", range.min, range.variable, range.max);
        chain = range.chain;
    }
    return text;
}

}  // namespace spillgate::offline

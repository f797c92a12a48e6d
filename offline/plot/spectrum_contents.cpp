#include "offline/plot/spectrum_contents.hpp"

#include <cmath>
#include <functional>

#include "offline/exposure/residual.hpp"
#include "offline/plot/colours.hpp"

namespace spillgate::offline::plot {

namespace {

// Calls visit(bin) for each bin inside the axes, first axis slowest.
void for_each_inner_bin(const HistogramView& view, const std::function<void(std::size_t)>& visit) {
    const std::size_t rows = view.axes.size() == 2 ? view.axes[1].bins : 1;
    for (std::size_t i = 1; i <= view.axes[0].bins; ++i) {
        if (view.axes.size() == 1)
            visit(i);
        else
            for (std::size_t j = 1; j <= rows; ++j)
                visit(i * (rows + 2) + j);
    }
}

Contents counts(const HistogramView& view, std::span<const std::uint64_t> counts, std::string name,
                Colour colour, const Alpha& scale = {1, 0}) {
    Contents out{std::move(name), colour, {}, {}};
    for_each_inner_bin(view, [&](std::size_t bin) {
        const auto n = static_cast<double>(counts[bin]);
        out.value.push_back(scale.value * n);
        out.error.push_back(std::sqrt(scale.value * scale.value * n + n * n * scale.sigma * scale.sigma));
    });
    return out;
}

Contents residuals(const HistogramView& view, const Alpha& alpha) {
    Contents out{"C − α·AC", residual_colour, {}, {}};
    for_each_inner_bin(view, [&](std::size_t bin) {
        const auto r = residual(view.in_time[bin], view.anti_coincident[bin], alpha);
        out.value.push_back(r.value);
        out.error.push_back(std::sqrt(r.variance));
    });
    return out;
}

}  // namespace

SpectrumContents contents_of(const HistogramView& view) {
    const auto& exposure = *view.exposure;
    SpectrumContents out;
    const bool ac = exposure.anti_coincident.live_ps > 0;
    if (exposure.in_time.live_ps > 0) {
        if (view.sealed != Sealing::ALL)
            out.windows = counts(view, view.in_time, view.sealed == Sealing::BOX ? "C outside the box" : "C",
                                 in_time_colour);
        if (const auto ratio = alpha(exposure, view.alpha_relative_uncertainty))
            out.background = counts(view, view.anti_coincident, "α·AC", anti_coincident_colour, *ratio);
        if (const auto ratio = residual_alpha(view)) out.residual = residuals(view, *ratio);
    } else if (exposure.no_beam.live_ps > 0) {
        out.windows = counts(view, view.no_beam, "no beam", no_beam_colour);
        if (ac)
            out.background = counts(view, view.anti_coincident, "AC, scaled to the no-beam live time",
                                    anti_coincident_colour,
                                    {static_cast<double>(exposure.no_beam.live_ps) /
                                         static_cast<double>(exposure.anti_coincident.live_ps),
                                     0});
    } else if (ac) {
        out.background = counts(view, view.anti_coincident, "AC", anti_coincident_colour);
    } else if (exposure.free.live_ps > 0) {
        out.windows = counts(view, view.free, "free", free_colour);
    }
    return out;
}

}  // namespace spillgate::offline::plot

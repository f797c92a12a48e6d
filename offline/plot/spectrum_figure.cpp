#include "offline/plot/spectrum_figure.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "offline/blinding/sideband.hpp"
#include "offline/exposure/residual.hpp"
#include "offline/plot/colours.hpp"
#include "offline/plot/gnuplot_text.hpp"
#include "offline/plot/heat_map.hpp"
#include "offline/plot/histogram_series.hpp"
#include "offline/plot/origin_text.hpp"
#include "offline/plot/spectrum_contents.hpp"

namespace spillgate::offline::plot {

namespace {

constexpr double ps_per_s = 1e12;

proto::Result<HistogramView> view_named(const Spectra& spectra, const std::string& name) {
    std::string known;
    for (std::size_t i = 0; i < spectra.size(); ++i) {
        const auto view = spectra.histogram(i);
        if (view.name == name) return view;
        known += fmt::format("{}{}", known.empty() ? "" : ", ", view.name);
    }
    return proto::error(proto::ErrorKind::NOT_FOUND, fmt::format("there is no spectrum '{}'; there are: {}",
                                                                 name, known.empty() ? "none" : known));
}

std::string live_text(std::string_view kind, const KindExposure& exposure, std::uint32_t channels) {
    return fmt::format("{} {}", kind,
                       live_time_text(static_cast<double>(exposure.live_ps) / ps_per_s / channels));
}

// "C 12.3 s, AC 12.1 s live, α = 1.0165 · 1.46×10¹⁸ POT (0.234 C)"
std::string exposure_line(const HistogramView& view) {
    const auto& exposure = *view.exposure;
    const auto channels = std::max(view.channels, 1u);
    std::string text;
    for (const auto& [kind, sums] :
         {std::pair{"C", &exposure.in_time}, {"AC", &exposure.anti_coincident}, {"free", &exposure.free}})
        if (sums->live_ps > 0) text += (text.empty() ? "" : ", ") + live_text(kind, *sums, channels);
    if (exposure.in_time.live_ps <= 0 && exposure.no_beam.live_ps > 0)
        text += (text.empty() ? "" : ", ") + live_text("no beam", exposure.no_beam, channels);
    text += channels > 1 ? fmt::format(" live in each of {} channels", channels) : " live";
    if (const auto ratio = alpha(exposure, view.alpha_relative_uncertainty)) {
        text += fmt::format(", α = {:.5g}", ratio->value);
        if (ratio->sigma > 0) text += fmt::format(" ± {:.2g}", ratio->sigma);
    }
    if (exposure.in_time.live_ps > 0) text += " · " + charge_text(exposure, channels);
    return text;
}

std::string origin_line(const SavedSpectra& saved) {
    const auto& config = saved.engine->config();
    const auto detector = config.name().empty() ? std::string() : " · " + config.name();
    const auto facility =
        config.facility().name() == "none" ? std::string() : " · " + config.facility().name();
    return fmt::format("{} {}{}{} · {}", saved.provenance.run_type, runs_text(saved.provenance.runs),
                       detector, facility, count_text(saved.spectra->slots(), "slot"));
}

// What of C is not there, and who opened what was not.
std::vector<std::string> blinding_lines(const SavedSpectra& saved, const HistogramView& view) {
    std::vector<std::string> lines;
    if (view.sealed == Sealing::BOX)
        lines.push_back("BLINDED: C inside the box is sealed: " + box_text(view));
    if (view.sealed == Sealing::ALL) lines.emplace_back("BLINDED: C is sealed");
    if (!saved.provenance.unblinding.empty()) lines.push_back("UNBLINDED: " + saved.provenance.unblinding);
    if (const auto outside = sideband(view))
        lines.push_back(
            fmt::format("outside the box C/(α·AC) = {:.4g} ± {:.2g}", outside->ratio, outside->sigma));
    return lines;
}

Axis axis_of(const AxisView& view) {
    Axis axis;
    label_axis(axis, view.label, view.unit);
    axis.min = view.min;
    axis.max = view.max;
    return axis;
}

// "Counts per 2 PE"
std::string counts_label(const AxisView& view, const Axis& axis) {
    const double width = (view.max - view.min) / view.bins;
    if (axis.unit.empty()) return width == 1 ? "Counts" : fmt::format("Counts per {:.4g}", width);
    return fmt::format("Counts per {:.4g} {}", width, axis.unit);
}

Bins bins_of(const Contents& contents, const Axis& axis) {
    return {axis.min, axis.max, contents.value, contents.error};
}

void draw_one_axis(const HistogramView& view, const SpectrumContents& contents, bool logarithmic,
                   Figure& figure) {
    Panel counts;
    counts.x = axis_of(view.axes[0]);
    counts.y.label = counts_label(view.axes[0], counts.x);
    counts.y.logarithmic = logarithmic;
    counts.height = 2.2;
    std::vector<Bins> shown;
    for (const auto* one : {&contents.background, &contents.windows})
        if (*one) shown.push_back(bins_of(**one, counts.x));
    fit_axis(counts.y, shown);
    if (const auto& ac = contents.background) {
        const auto bins = bins_of(*ac, counts.x);
        counts.series.emplace_back(filling(ac->name, bins, counts.y.min, faded(ac->colour, 0.35)));
        counts.series.emplace_back(outline({}, bins, ac->colour));
        counts.series.emplace_back(error_bars(bins, ac->colour));
    }
    if (const auto& windows = contents.windows) {
        const auto bins = bins_of(*windows, counts.x);
        counts.series.emplace_back(outline({}, bins, faded(windows->colour, 0.5)));
        counts.series.emplace_back(points(windows->name, bins, windows->colour));
    }
    if (!contents.residual) {
        figure.panels.push_back(std::move(counts));
        return;
    }
    counts.x.bare = true;
    Panel residual;
    residual.x = axis_of(view.axes[0]);
    residual.y.label = "Residual";
    const auto bins = bins_of(*contents.residual, residual.x);
    fit_axis(residual.y, std::span(&bins, 1));
    Curve zero{{}, {residual.x.min, residual.x.max}, {0, 0}, quiet_colour, 1.2, Dash::DASHED};
    residual.series.emplace_back(std::move(zero));
    residual.series.emplace_back(points(contents.residual->name, bins, contents.residual->colour));
    figure.panels.push_back(std::move(counts));
    figure.panels.push_back(std::move(residual));
}

void draw_two_axes(const HistogramView& view, const SpectrumContents& contents, bool logarithmic,
                   Figure& figure) {
    // C and α·AC share one scale, or they could not be compared.
    double highest = 0;
    double lowest = std::numeric_limits<double>::infinity();
    for (const auto* one : {&contents.windows, &contents.background})
        if (*one)
            for (const double value : (*one)->value) {
                highest = std::max(highest, value);
                if (value > 0) lowest = std::min(lowest, value);
            }
    for (const auto* one : {&contents.windows, &contents.background, &contents.residual}) {
        if (!*one) continue;
        Panel panel;
        panel.title = (*one)->name;
        panel.x = axis_of(view.axes[0]);
        panel.y = axis_of(view.axes[1]);
        const bool is_residual = one == &contents.residual;
        auto map = heat_map((*one)->value, view.axes[0].bins, view.axes[1].bins);
        if (is_residual)
            scale_residual(map);
        else if (logarithmic && highest > 0)
            scale_counts_logarithmic(map, lowest, highest);
        else
            scale_counts(map, highest);
        map.scale.label = is_residual ? "Residual counts per bin" : "Counts per bin";
        panel.series.emplace_back(std::move(map));
        figure.panels.push_back(std::move(panel));
    }
    figure.side_by_side = true;
    figure.width = static_cast<unsigned>(240 + 460 * figure.panels.size());
    figure.height = 620;
}

}  // namespace

proto::Result<Figure> spectrum_figure(const SavedSpectra& saved, const std::string& name, bool logarithmic) {
    const auto view = view_named(saved.shown(), name);
    if (!view) return view.error();
    const auto contents = contents_of(*view);
    if (!contents.windows && !contents.background)
        return proto::error(
            proto::ErrorKind::REFUSED,
            fmt::format("spectrum '{}' has no live time in any kind of window: there is nothing to draw",
                        name));
    Figure figure;
    figure.title = view->title.empty() ? std::string(view->name) : std::string(view->title);
    figure.lines = {origin_line(saved), exposure_line(*view)};
    if (contents.windows && contents.windows->name == "C" && !contents.residual)
        figure.lines.emplace_back("no AC live time: no residual");
    for (auto& line : blinding_lines(saved, *view))
        figure.lines.push_back(std::move(line));
    figure.footer = footer_text(saved.provenance, view->selection);
    figure.simulated = saved.provenance.simulated;
    if (view->axes.size() == 2)
        draw_two_axes(*view, contents, logarithmic, figure);
    else
        draw_one_axis(*view, contents, logarithmic, figure);
    return figure;
}

}  // namespace spillgate::offline::plot

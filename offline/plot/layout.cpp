#include "offline/plot/layout.hpp"

#include <algorithm>

namespace spillgate::offline::plot {

namespace {

// In em.
constexpr double edge = 1.4;
constexpr double title_line = 1.9;
constexpr double text_line = 1.35;
constexpr double footer_line = 1.5;
constexpr double axis_left = 5.6;    // numbers and label of a y axis
constexpr double axis_below = 3.45;  // of an x axis
constexpr double scale_right = 6.2;  // of the colours of a heat map
constexpr double legend_line = 1.7;
constexpr double gap = 0.6;

double above(const Panel& panel) {
    return has_legend(panel) || !panel.title.empty() ? legend_line : gap;
}

double below(const Panel& panel) {
    return panel.x.bare ? 0 : axis_below;
}

double right_of(const Panel& panel) {
    return heat_map_of(panel) != nullptr ? scale_right : edge;
}

void stack(const Figure& figure, const Rectangle& page, Layout& layout) {
    const double em = layout.em;
    double taken = 0;
    double heights = 0;
    double right = edge;
    for (const auto& panel : figure.panels) {
        taken += em * (above(panel) + below(panel));
        heights += panel.height;
        right = std::max(right, right_of(panel));
    }
    const double free = std::max(page.height() - taken, em);
    double top = page.top;
    for (const auto& panel : figure.panels) {
        Rectangle inside;
        inside.left = page.left + axis_left * em;
        inside.right = page.right - right * em;
        inside.top = top - above(panel) * em;
        inside.bottom = inside.top - free * panel.height / heights;
        layout.panels.push_back(inside);
        top = inside.bottom - below(panel) * em;
    }
}

void put_side_by_side(const Figure& figure, const Rectangle& page, Layout& layout) {
    const double em = layout.em;
    double taken = 0;
    for (const auto& panel : figure.panels)
        taken += em * (axis_left + right_of(panel));
    const double width = std::max((page.width() - taken) / static_cast<double>(figure.panels.size()), em);
    double left = page.left;
    for (const auto& panel : figure.panels) {
        Rectangle inside;
        inside.left = left + axis_left * em;
        inside.right = inside.left + width;
        inside.top = page.top - legend_line * em;
        inside.bottom = page.bottom + below(panel) * em;
        layout.panels.push_back(inside);
        left = inside.right + right_of(panel) * em;
    }
}

}  // namespace

bool has_legend(const Panel& panel) {
    return std::any_of(panel.series.begin(), panel.series.end(), [](const Series& series) {
        return std::visit(
            [](const auto& s) {
                if constexpr (requires { s.name; }) return !s.name.empty();
                return false;
            },
            series);
    });
}

const HeatMap* heat_map_of(const Panel& panel) {
    for (const auto& series : panel.series)
        if (const auto* map = std::get_if<HeatMap>(&series)) return map;
    return nullptr;
}

Layout lay_out(const Figure& figure, unsigned width, unsigned height) {
    Layout layout;
    layout.width = width;
    layout.height = height;
    layout.em = std::clamp(std::min(layout.width, 1.6 * layout.height) / 56, 7.0, 80.0);
    const double em = layout.em;
    double top = layout.height - 0.5 * edge * em;
    layout.lines.push_back(top - 1.2 * em);
    top -= title_line * em;
    for (std::size_t i = 0; i < figure.lines.size(); ++i) {
        top -= text_line * em;
        layout.lines.push_back(top + 0.25 * em);
    }
    const Rectangle page{0, footer_line * em, layout.width, top - 0.3 * em};
    if (figure.panels.empty()) return layout;
    if (figure.side_by_side)
        put_side_by_side(figure, page, layout);
    else
        stack(figure, page, layout);
    return layout;
}

}  // namespace spillgate::offline::plot

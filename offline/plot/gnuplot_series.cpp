#include "offline/plot/gnuplot_series.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <span>

#include <fmt/format.h>

#include "offline/plot/gnuplot_text.hpp"

namespace spillgate::offline::plot {

namespace {

constexpr std::size_t most_rectangles = 20000;

std::string title(const std::string& name) {
    return name.empty() ? "notitle" : "title " + gnuplot_text(name);
}

std::string_view dash_type(Dash dash) {
    switch (dash) {
        case Dash::DASHED:
            return "(18,10)";
        case Dash::DOTTED:
            return "(4,8)";
        case Dash::SOLID:
            break;
    }
    return "solid";
}

void append_row(std::initializer_list<double> values, std::string& out) {
    for (const double value : values)
        out += gnuplot_number(value) + ' ';
    out.back() = '\n';
}

class SeriesWriter {
  public:
    SeriesWriter(const Panel& panel, const std::string& block, double point_size, std::string& script,
                 std::vector<std::string>& plots)
        : panel_(panel), block_(block), point_size_(point_size), script_(script), plots_(plots) {}

    void operator()(const Curve& curve) {
        const auto rows = begin(curve.x.size());
        for (std::size_t i = 0; i < rows; ++i)
            append_row({curve.x[i], leaving(curve.y[i])}, script_);
        end(rows, fmt::format("using 1:2 with lines linecolor {} linewidth {} dashtype {} {}",
                              gnuplot_colour(curve.colour), gnuplot_number(curve.width),
                              dash_type(curve.dash), title(curve.name)));
    }

    void operator()(const Area& area) {
        const auto rows = begin(area.x.size());
        for (std::size_t i = 0; i < rows; ++i)
            append_row({area.x[i], shown(area.low[i]), shown(area.high[i])}, script_);
        end(rows, fmt::format("using 1:2:3 with filledcurves fillstyle solid noborder linecolor {} {}",
                              gnuplot_colour(area.colour), title(area.name)));
    }

    // On a logarithmic axis a point at or below zero has no place; an error bar that reaches there is drawn
    // down to the axis.
    void operator()(const Points& points) {
        const auto rows = begin(points.x.size());
        for (std::size_t i = 0; i < rows; ++i) {
            const bool has_place = !panel_.y.logarithmic || points.y[i] > 0;
            append_row({points.x[i], has_place ? points.y[i] : std::nan(""), shown(points.low[i]),
                        shown(points.high[i])},
                       script_);
        }
        // Bars of their own: gnuplot's points with errors cut a white hole into what is behind them.
        const auto colour = gnuplot_colour(points.colour);
        end(rows, fmt::format("using 1:3:(0):($4-$3) with vectors nohead linewidth 1.5 linecolor {} notitle",
                              colour));
        if (rows > 0)
            plots_.push_back(
                fmt::format("{} using 1:2 with points pointtype 7 pointsize {:.3f} linecolor {} {}", block_,
                            points.size * point_size_, colour, title(points.name)));
    }

    void operator()(const Boxes& boxes) {
        const auto rows = begin(boxes.boxes.size());
        for (const auto& box : boxes.boxes)
            append_row({box.x_begin, shown(box.y_begin), box.x_begin, box.x_end, shown(box.y_begin),
                        shown(box.y_end)},
                       script_);
        end(rows, fmt::format("using 1:2:3:4:5:6 with boxxyerror fillstyle solid noborder linecolor {} {}",
                              gnuplot_colour(boxes.colour), title(boxes.name)));
    }

    void operator()(const HeatMap& map) {
        const double width = (panel_.x.max - panel_.x.min) / static_cast<double>(map.columns);
        const double height = (panel_.y.max - panel_.y.min) / static_cast<double>(map.rows);
        const auto rows = begin(map.value.size());
        for (std::size_t row = 0; row < map.rows; ++row)
            for (std::size_t column = 0; column < map.columns; ++column)
                append_row({panel_.x.min + (static_cast<double>(column) + 0.5) * width,
                            panel_.y.min + (static_cast<double>(row) + 0.5) * height,
                            map.value[row * map.columns + column]},
                           script_);
        // As rectangles, which stay sharp at any size; as an image where they would be too many.
        end(rows, fmt::format("using 1:2:3 with image{} notitle", rows <= most_rectangles ? " pixels" : ""));
    }

  private:
    // Not below a logarithmic axis, where there is nothing.
    double shown(double y) const { return panel_.y.logarithmic && y < panel_.y.min ? panel_.y.min : y; }

    // A line that goes to zero leaves a logarithmic panel through its floor, where gnuplot cuts it off.
    double leaving(double y) const { return panel_.y.logarithmic && y <= 0 ? 1e-6 * panel_.y.min : y; }

    std::size_t begin(std::size_t rows) {
        if (rows > 0) script_ += block_ + " << END\n";
        return rows;
    }
    void end(std::size_t rows, const std::string& how) {
        if (rows == 0) return;
        script_ += "END\n";
        plots_.push_back(block_ + " " + how);
    }

    const Panel& panel_;
    const std::string& block_;
    double point_size_;
    std::string& script_;
    std::vector<std::string>& plots_;
};

}  // namespace

void write_series(const Series& series, const Panel& panel, const std::string& block, double point_size,
                  std::string& script, std::vector<std::string>& plots) {
    std::visit(SeriesWriter(panel, block, point_size, script, plots), series);
}

std::string gnuplot_colour(Colour colour) {
    // gnuplot counts transparency, not opacity.
    const auto transparency =
        static_cast<unsigned>(std::lround(255 * (1 - std::clamp(colour.opacity, 0.0, 1.0))));
    return fmt::format("rgb '#{:02X}{:06X}'", transparency, colour.rgb & 0xFFFFFFu);
}

std::string gnuplot_palette(Palette palette) {
    // Cividis, and ColorBrewer's blue to white to orange.
    static constexpr std::string_view counts[] = {"#00224E", "#123570", "#3B496C", "#575D6D", "#707173",
                                                  "#8A8678", "#A59C74", "#C3B369", "#E1CC55", "#FEE838"};
    static constexpr std::string_view residual[] = {"#08306B", "#2171B5", "#6BAED6", "#C6DBEF", "#FFFFFF",
                                                    "#FDD0A2", "#FD8D3C", "#D94801", "#7F2704"};
    const auto colours = palette == Palette::COUNTS ? std::span<const std::string_view>(counts)
                                                    : std::span<const std::string_view>(residual);
    std::string list;
    for (std::size_t i = 0; i < colours.size(); ++i)
        list += fmt::format("{}{} '{}'", i == 0 ? "" : ", ", i, colours[i]);
    return "defined (" + list + ")";
}

}  // namespace spillgate::offline::plot

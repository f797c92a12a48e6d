#include "offline/plot/gnuplot_script.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "offline/plot/axis_ticks.hpp"
#include "offline/plot/colours.hpp"
#include "offline/plot/gnuplot_series.hpp"
#include "offline/plot/gnuplot_text.hpp"
#include "offline/plot/layout.hpp"

namespace spillgate::offline::plot {

namespace {

// Sizes of text in em.
constexpr double title_size = 1.2;
constexpr double line_size = 0.92;
constexpr double number_size = 0.88;
constexpr double footer_size = 0.7;
constexpr double character_width = 0.54;  // of the font's average character

constexpr double badge_width = 8.6;
constexpr double badge_height = 1.6;

// What gnuplot must be asked for in a medium, to get text of one em, points of size 1,
// lines of width 1 and ticks of half an em.
struct Sizes {
    double font = 0, point = 0, line = 0, tick = 0;
};

Sizes sizes_in(Medium medium, double em) {
    // The cairo terminals draw a size of text at four thirds of it, and their marks at a size of its own;
    // marks in SVG grow with the text.
    const double scale = em / 21;
    switch (medium) {
        case Medium::PNG:
            return {0.75 * em, 1.3 * scale, scale, 0.8};
        case Medium::SVG:
            return {em, 0.55, scale, 0.5};
        case Medium::PDF:
            break;
    }
    return {0.75 * em, 1.3 * scale, 2 * scale, 0.8};
}

class PageWriter {
  public:
    PageWriter(const Figure& figure, const Layout& layout, const Sizes& sizes, std::string& out)
        : figure_(figure), layout_(layout), sizes_(sizes), out_(out) {}

    void write() {
        line("set multiplot");
        for (std::size_t i = 0; i < figure_.panels.size(); ++i) {
            // One panel leaves nothing behind for the next.
            line("reset");
            line("set encoding utf8");
            if (i == 0) write_header();
            write_panel(figure_.panels[i], layout_.panels[i]);
        }
        line("unset multiplot");
    }

  private:
    template <class... Values>
    void line(fmt::format_string<Values...> format, Values&&... values) {
        out_ += fmt::format(format, std::forward<Values>(values)...) + "\n";
    }

    // A place on the page, in pixels.
    std::string at(double x, double y) const {
        return fmt::format("screen {:.5f},screen {:.5f}", x / layout_.width, y / layout_.height);
    }
    std::string font(double size, bool bold = false) const {
        return fmt::format("font 'DejaVu Sans{},{:.2f}'", bold ? ":Bold" : "", size * sizes_.font);
    }
    // The size, or less if the text would be wider than `width` pixels.
    double fitted(std::string_view text, double size, double width) const {
        const double natural = static_cast<double>(drawn_length(text)) * character_width * layout_.em;
        return natural * size > width ? width / natural : size;
    }

    void write_header() {
        const double em = layout_.em;
        const double right = layout_.width - em - (figure_.simulated ? (badge_width + 1) * em : 0);
        line("set label {} at {} left front {}", gnuplot_text(figure_.title), at(em, layout_.lines[0]),
             font(fitted(figure_.title, title_size, right - em), true));
        for (std::size_t i = 0; i < figure_.lines.size(); ++i)
            line("set label {} at {} left front {}", gnuplot_text(figure_.lines[i]),
                 at(em, layout_.lines[i + 1]),
                 font(fitted(figure_.lines[i], line_size, i == 0 ? right - em : layout_.width - 2 * em)));
        line("set label {} at {} left front {} textcolor {}", gnuplot_text(figure_.footer), at(em, 0.7 * em),
             font(fitted(figure_.footer, footer_size, layout_.width - 2 * em)), gnuplot_colour(quiet_colour));
        if (figure_.simulated) write_badge();
    }

    void write_badge() {
        const double em = layout_.em;
        const double right = layout_.width - em;
        const double top = layout_.height - 0.7 * em;
        line(
            "set object rectangle from {} to {} front fillcolor rgb '#FFC83D' fillstyle solid border rgb "
            "'#6D2F12' linewidth 1.5",
            at(right - badge_width * em, top - badge_height * em), at(right, top));
        line("set label 'SIMULATED' at {} center front {}",
             at(right - 0.5 * badge_width * em, top - 0.5 * badge_height * em), font(0.95, true));
    }

    void write_panel(const Panel& panel, const Rectangle& inside) {
        write_frame(inside);
        write_axis('x', panel.x, inside);
        write_axis('y', panel.y, inside);
        if (const auto* map = heat_map_of(panel)) write_colour_scale(*map, inside);
        write_legend(panel, inside);
        write_texts(panel, inside);
        std::vector<std::string> plots;
        for (const auto& series : panel.series)
            write_series(series, panel, fmt::format("$d{}", block_++), sizes_.point, out_, plots);
        // An empty panel still shows its axes.
        if (plots.empty()) plots.emplace_back("NaN notitle");
        out_ += "plot ";
        for (std::size_t i = 0; i < plots.size(); ++i)
            out_ += (i == 0 ? "" : ", \\\n     ") + plots[i];
        out_ += '\n';
    }

    void write_frame(const Rectangle& inside) {
        line("set lmargin at screen {:.5f}", inside.left / layout_.width);
        line("set rmargin at screen {:.5f}", inside.right / layout_.width);
        line("set bmargin at screen {:.5f}", inside.bottom / layout_.height);
        line("set tmargin at screen {:.5f}", inside.top / layout_.height);
        line("set border 31 linecolor rgb '#202020' linewidth 1.2");
        line("unset colorbox");
    }

    void write_axis(char axis, const Axis& a, const Rectangle& inside) {
        const double em = layout_.em;
        const bool is_x = axis == 'x';
        line("set {}range [{}:{}] noextend", axis, gnuplot_number(a.min), gnuplot_number(a.max));
        if (a.logarithmic) line("set logscale {} 10", axis);
        const double length = is_x ? inside.width() / (4.5 * em) : inside.height() / (2.6 * em);
        const auto ticks = ticks_of(a, std::clamp(static_cast<int>(length), 2, 10));
        line("set {}tics in scale {} {} {}", axis,
             a.names.empty() ? fmt::format("{},{}", sizes_.tick, 0.5 * sizes_.tick) : "0", font(number_size),
             tick_list(ticks, a.bare));
        const auto title = axis_title(a, ticks.exponent);
        if (a.bare || title.empty()) return;
        if (is_x)
            line("set label {} at {} right front {}", gnuplot_text(title),
                 at(inside.right, inside.bottom - 2.65 * em), font(1));
        else
            line("set label {} at {} center rotate by 90 front {}", gnuplot_text(title),
                 at(inside.left - 4.6 * em, 0.5 * (inside.top + inside.bottom)),
                 font(fitted(title, 1, inside.height())));
    }

    static std::string tick_list(const AxisTicks& ticks, bool bare) {
        std::string list;
        for (const auto& tick : ticks.ticks)
            list +=
                fmt::format("{}{} {} {}", list.empty() ? "" : ", ", bare ? "''" : gnuplot_text(tick.label),
                            gnuplot_number(tick.position), tick.minor ? 1 : 0);
        return "(" + list + ")";
    }

    void write_colour_scale(const HeatMap& map, const Rectangle& inside) {
        const double em = layout_.em;
        const auto ticks =
            ticks_of(map.scale, std::clamp(static_cast<int>(inside.height() / (3 * em)), 2, 10));
        line("set palette {}", gnuplot_palette(map.palette));
        line("set cbrange [{}:{}]", gnuplot_number(map.scale.min), gnuplot_number(map.scale.max));
        if (map.scale.logarithmic) line("set logscale cb 10");
        line("set colorbox vertical user origin {} size screen {:.5f},screen {:.5f}",
             at(inside.right + 0.7 * em, inside.bottom), 1.1 * em / layout_.width,
             inside.height() / layout_.height);
        line("set cbtics in scale {0},{0} {1} {2}", 0.5 * sizes_.tick, font(number_size),
             tick_list(ticks, false));
        line("set label {} at {} center rotate by 90 front {}",
             gnuplot_text(axis_title(map.scale, ticks.exponent)),
             at(inside.right + 5.4 * em, 0.5 * (inside.top + inside.bottom)), font(1));
    }

    // On a line of its own above the panel, where it hides nothing.
    void write_legend(const Panel& panel, const Rectangle& inside) {
        const double em = layout_.em;
        if (!panel.title.empty())
            line("set label {} at {} left front {}", gnuplot_text(panel.title),
                 at(inside.left, inside.top + 0.75 * em), font(1, true));
        if (!has_legend(panel))
            line("unset key");
        else
            line("set key at {} right bottom horizontal Left reverse samplen 2 maxrows 1 {}",
                 at(inside.right, inside.top + 0.2 * em), font(0.9));
    }

    void write_texts(const Panel& panel, const Rectangle& inside) {
        const double em = layout_.em;
        for (const auto& note : panel.notes)
            line("set label {} at first {},first {} {} front {} textcolor {}", gnuplot_text(note.text),
                 gnuplot_number(note.x), gnuplot_number(note.y),
                 note.anchor == Anchor::LEFT    ? "left"
                 : note.anchor == Anchor::RIGHT ? "right"
                                                : "center",
                 font(0.85), gnuplot_colour(note.colour));
        double y = inside.top - 1.2 * em;
        for (const auto& text : panel.text) {
            line("set label {} at {} right front {}", gnuplot_text(text), at(inside.right - 0.9 * em, y),
                 font(0.92));
            y -= 1.35 * em;
        }
    }

    const Figure& figure_;
    const Layout& layout_;
    Sizes sizes_;
    std::string& out_;
    int block_ = 0;
};

std::string terminal(Medium medium, const Sizes& sizes, unsigned width, unsigned height) {
    const auto common = fmt::format(
        "enhanced font 'DejaVu Sans,{:.2f}' background '#ffffff' linewidth {:.2f}", sizes.font, sizes.line);
    switch (medium) {
        case Medium::PNG:
            return fmt::format("pngcairo size {},{} {}", width, height, common);
        case Medium::SVG:
            return fmt::format("svg size {},{} {}", width, height, common);
        case Medium::PDF:
            break;
    }
    return fmt::format("pdfcairo size {:.4f}in,{:.4f}in fontscale 1 {}", width / 72.0, height / 72.0, common);
}

}  // namespace

std::string gnuplot_script(std::span<const Figure> pages, Medium medium, PageSize size) {
    if (size.width == 0) size.width = pages.front().width;
    if (size.height == 0) size.height = pages.front().height;
    const auto sizes = sizes_in(medium, lay_out(pages.front(), size.width, size.height).em);
    std::string out = fmt::format("set terminal {}\n", terminal(medium, sizes, size.width, size.height));
    for (const auto& figure : pages) {
        const auto layout = lay_out(figure, size.width, size.height);
        PageWriter(figure, layout, sizes, out).write();
    }
    return out;
}

}  // namespace spillgate::offline::plot

#include "daq/ctl/console/text_plot.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace spillgate::daq {

namespace {

constexpr std::size_t margin = 12;      // of the values at the left and a blank
constexpr std::size_t dots_across = 2;  // of a Braille sign
constexpr std::size_t dots_up = 4;
constexpr std::size_t fewest_columns = 8;

class Dots {
  public:
    Dots(std::size_t columns, std::size_t rows)
        : columns_(columns), width_(columns * dots_across), height_(rows * dots_up), signs_(columns * rows) {}

    std::size_t width() const { return width_; }
    std::size_t height() const { return height_; }
    // Upwards from 0, both ends inside.
    void fill(std::size_t x, std::size_t low, std::size_t high) {
        for (std::size_t y = low; y <= high; ++y)
            set(x, y);
    }
    std::string row(std::size_t from_top) const {
        std::string out;
        for (std::size_t i = 0; i < columns_; ++i) {
            const std::uint8_t bits = signs_[from_top * columns_ + i];
            if (bits == 0) {
                out += ' ';
                continue;
            }
            const unsigned sign = 0x2800u + bits;  // U+2800 … U+28FF in UTF-8
            out += static_cast<char>(0xe0u | sign >> 12);
            out += static_cast<char>(0x80u | (sign >> 6 & 0x3fu));
            out += static_cast<char>(0x80u | (sign & 0x3fu));
        }
        return out.substr(0, out.find_last_not_of(' ') + 1);
    }

  private:
    void set(std::size_t x, std::size_t y) {
        // The bits of U+2800, from the top dot down, left and right.
        constexpr std::array<std::array<std::uint8_t, dots_up>, dots_across> bits{
            {{0x01, 0x02, 0x04, 0x40}, {0x08, 0x10, 0x20, 0x80}}};
        const std::size_t down = height_ - 1 - y;
        signs_[down / dots_up * columns_ + x / dots_across] |= bits[x % dots_across][down % dots_up];
    }

    std::size_t columns_, width_, height_;
    std::vector<std::uint8_t> signs_;
};

bool is_there(const PlotPoint& point, const PlotLook& look) {
    return point.x >= look.x_min && point.x <= look.x_max && std::isfinite(point.low) &&
           std::isfinite(point.high);
}

struct Scale {
    double min = std::numeric_limits<double>::infinity();
    double max = -std::numeric_limits<double>::infinity();

    bool is_empty() const { return min > max; }
    std::size_t dot(double value, std::size_t dots) const {
        const double part = (value - min) / (max - min);
        if (!std::isfinite(part)) return 0;
        const double at = std::floor(part * static_cast<double>(dots));
        return static_cast<std::size_t>(std::clamp(at, 0.0, static_cast<double>(dots - 1)));
    }
    double middle() const { return min / 2 + max / 2; }
};

// Room for one value alone: it stands in the middle.
Scale scale_of(std::span<const PlotPoint> points, const PlotLook& look) {
    Scale scale;
    for (const auto& point : points) {
        if (!is_there(point, look)) continue;
        scale.min = std::min({scale.min, point.low, point.high});
        scale.max = std::max({scale.max, point.low, point.high});
    }
    if (scale.min == scale.max) {
        const double room = scale.min == 0 ? 1 : std::abs(scale.min) * 0.01;
        scale = {scale.min - room, scale.max + room};
    }
    return scale;
}

// A bar for each point, and a line from the middle of each to that of the next.
void draw(std::span<const PlotPoint> points, const PlotLook& look, const Scale& up, Dots& dots) {
    const Scale across{look.x_min, look.x_max};
    std::optional<std::pair<std::size_t, std::size_t>> before;
    for (const auto& point : points) {
        if (!is_there(point, look)) {
            before.reset();
            continue;
        }
        const std::size_t x = across.dot(point.x, dots.width());
        const auto [low, high] =
            std::minmax({up.dot(point.low, dots.height()), up.dot(point.high, dots.height())});
        dots.fill(x, low, high);
        const std::size_t y = (low + high) / 2;
        if (before && before->first == x)
            dots.fill(x, std::min(before->second, y), std::max(before->second, y));
        std::size_t last = before ? before->second : y;
        for (std::size_t at = before ? before->first + 1 : x; before && at <= x; ++at) {
            const double part =
                static_cast<double>(at - before->first) / static_cast<double>(x - before->first);
            const double along = static_cast<double>(before->second) +
                                 part * (static_cast<double>(y) - static_cast<double>(before->second));
            const auto next = static_cast<std::size_t>(std::lround(along));
            dots.fill(at, std::min(last, next), std::max(last, next));
            last = next;
        }
        before = {x, y};
    }
}

// With as many figures as tell the ends of the scale apart, without an exponent if there is room for that.
std::string value_text(double value, const Scale& scale) {
    constexpr int fewest = 4;
    constexpr int most = 9;
    const double step = (scale.max - scale.min) / 20;
    std::string best = fmt::format("{:.3g}", value);
    for (int figures = fewest; figures <= most; ++figures) {
        auto text = fmt::format("{:.{}g}", value, figures);
        if (text.size() >= margin) continue;
        const bool is_plain = text.find('e') == std::string::npos;
        const bool tells_apart = std::abs(std::strtod(text.c_str(), nullptr) - value) < step;
        best = std::move(text);
        if (is_plain && tells_apart) break;
    }
    return best;
}

std::string ends_below(const PlotLook& look, std::size_t columns) {
    const auto first = look.x_text(look.x_min);
    const auto last = look.x_text(look.x_max);
    const auto middle = look.x_text(Scale{look.x_min, look.x_max}.middle());
    std::string line = std::string(margin + 1, ' ') + first;
    const auto put = [&](const std::string& text, std::size_t begin) {
        const std::size_t at = margin + 1 + begin;
        if (begin > columns || at < line.size() + 2) return;
        line.append(at - line.size(), ' ');
        line += text;
    };
    put(middle, columns / 2 - std::min(columns / 2, middle.size() / 2));
    put(last, columns - std::min(columns, last.size()));
    return line + '\n';
}

}  // namespace

std::size_t plot_margin() {
    return margin + 1;
}

std::size_t plot_width(const PlotLook& look) {
    return std::max(fewest_columns, look.columns - std::min(look.columns, margin + 1));
}

std::string text_plot(std::span<const PlotPoint> points, const PlotLook& look) {
    const Scale scale = scale_of(points, look);
    if (scale.is_empty() || !(look.x_min < look.x_max)) return "no data\n";
    Dots dots(plot_width(look), std::max<std::size_t>(look.rows, 1));
    draw(points, look, scale, dots);
    std::string out;
    const std::size_t rows = dots.height() / dots_up;
    for (std::size_t row = 0; row < rows; ++row) {
        std::string label;
        if (row == 0)
            label = value_text(scale.max, scale);
        else if (row + 1 == rows)
            label = value_text(scale.min, scale);
        else if (row == rows / 2)
            label = value_text(scale.middle(), scale);
        out += fmt::format("{:>{}} │{}\n", label, margin - 1, dots.row(row));
    }
    return out + ends_below(look, plot_width(look));
}

std::size_t terminal_columns() {
    constexpr std::size_t usual = 80;
    winsize size{};
    if (::isatty(STDOUT_FILENO) == 0 || ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return usual;
    return std::clamp<std::size_t>(size.ws_col, 40, 200);
}

}  // namespace spillgate::daq

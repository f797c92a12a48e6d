#include "offline/plot/axis_ticks.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include <fmt/format.h>

namespace spillgate::offline::plot {

namespace {

double ten_to(int exponent) {
    return std::pow(10.0, exponent);
}

// 1, 2 or 5 · 10^n, so that `range` has about `wanted` steps, and how many minor ones each has.
struct Step {
    int mantissa = 1;
    int exponent = 0;
    int minor = 5;
    double size() const { return mantissa * ten_to(exponent); }
};

Step step_for(double range, int wanted) {
    const double rough = range / std::max(wanted, 1);
    Step step;
    step.exponent = static_cast<int>(std::floor(std::log10(rough)));
    const double mantissa = rough / ten_to(step.exponent);
    if (mantissa < 1.5) return step;
    if (mantissa < 3.5) return {2, step.exponent, 4};
    if (mantissa < 7.5) return {5, step.exponent, 5};
    return {1, step.exponent + 1, 5};
}

// Numbers from 10⁵ on or below 10⁻³ get a common exponent.
int common_exponent(double largest) {
    if (!(largest > 0) || (largest < 1e5 && largest >= 1e-3)) return 0;
    return 3 * static_cast<int>(std::floor(std::log10(largest) / 3));
}

AxisTicks linear_ticks_about(const Axis& axis, int wanted) {
    AxisTicks out;
    out.exponent = common_exponent(std::max(std::abs(axis.min), std::abs(axis.max)));
    const auto step = step_for(axis.max - axis.min, wanted);
    const double minor = step.size() / step.minor;
    const int decimals = std::max(0, out.exponent - step.exponent);
    // Bounds count as inside although rounding may have moved them.
    const double slack = 1e-6;
    const auto first = static_cast<std::int64_t>(std::ceil(axis.min / minor - slack));
    const auto last = static_cast<std::int64_t>(std::floor(axis.max / minor + slack));
    for (std::int64_t i = first; i <= last; ++i) {
        const double position = std::clamp(static_cast<double>(i) * minor, axis.min, axis.max);
        std::string label;
        if (i % step.minor == 0) {
            const std::int64_t steps = i / step.minor;
            label = number_text(static_cast<double>(steps) * step.size() / ten_to(out.exponent), decimals);
        }
        const bool minor_one = label.empty();
        out.ticks.push_back({position, std::move(label), minor_one});
    }
    return out;
}

// Three numbers at least, so that one can read off a value between them.
AxisTicks linear_ticks(const Axis& axis, int wanted) {
    constexpr int fewest = 3;
    auto out = linear_ticks_about(axis, wanted);
    const auto numbered = [&] {
        return std::count_if(out.ticks.begin(), out.ticks.end(),
                             [](const Tick& tick) { return !tick.minor; });
    };
    for (int more = wanted + 1; numbered() < fewest && more < wanted + 10; ++more)
        out = linear_ticks_about(axis, more);
    return out;
}

AxisTicks logarithmic_ticks(const Axis& axis, int wanted) {
    AxisTicks out;
    const int first = static_cast<int>(std::floor(std::log10(axis.min)));
    const int last = static_cast<int>(std::ceil(std::log10(axis.max)));
    const int every = std::max(1, (last - first) / std::max(wanted, 1));
    // With fewer than two powers of ten inside, 2 and 5 are numbered as well.
    const bool few = std::floor(std::log10(axis.max)) - std::ceil(std::log10(axis.min)) < 1;
    for (int decade = first; decade <= last; ++decade)
        for (int digit = 1; digit <= 9; ++digit) {
            const double position = digit * ten_to(decade);
            if (position < axis.min * (1 - 1e-9) || position > axis.max * (1 + 1e-9)) continue;
            const bool power = digit == 1 && (decade - first) % every == 0;
            const bool numbered = power || (few && (digit == 2 || digit == 5));
            std::string label;
            if (numbered)
                label = decade >= -2 && decade <= 3 ? number_text(position, std::max(0, -decade))
                        : digit == 1                ? power_of_ten(decade)
                                                    : fmt::format("{}·{}", digit, power_of_ten(decade));
            out.ticks.push_back({position, label, digit != 1});
        }
    return out;
}

}  // namespace

AxisTicks ticks_of(const Axis& axis, int wanted) {
    if (!axis.names.empty()) {
        AxisTicks out;
        for (const auto& [position, name] : axis.names)
            out.ticks.push_back({position, name, false});
        return out;
    }
    return axis.logarithmic ? logarithmic_ticks(axis, wanted) : linear_ticks(axis, wanted);
}

std::string axis_title(const Axis& axis, int exponent) {
    std::string in_brackets = exponent != 0 ? power_of_ten(exponent) : "";
    if (!axis.unit.empty()) in_brackets += (in_brackets.empty() ? "" : " ") + axis.unit;
    if (axis.label.empty() || in_brackets.empty()) return axis.label + in_brackets;
    return fmt::format("{} ({})", axis.label, in_brackets);
}

std::string power_of_ten(int exponent) {
    static constexpr std::array<std::string_view, 10> digits{"⁰", "¹", "²", "³", "⁴",
                                                             "⁵", "⁶", "⁷", "⁸", "⁹"};
    std::string text = "10";
    if (exponent < 0) text += "⁻";
    for (const char c : fmt::format("{}", std::abs(exponent)))
        text += digits[static_cast<std::size_t>(c - '0')];
    return text;
}

std::string number_text(double value, int decimals) {
    auto text = fmt::format("{:.{}f}", std::abs(value), decimals);
    const bool is_zero = text.find_first_not_of("0.") == std::string::npos;
    return value < 0 && !is_zero ? "−" + text : text;
}

}  // namespace spillgate::offline::plot

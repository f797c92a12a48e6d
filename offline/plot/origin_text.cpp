#include "offline/plot/origin_text.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "offline/plot/axis_ticks.hpp"

namespace spillgate::offline::plot {

namespace {

// Exact since 2019: 1.602176634e-19 C.
constexpr double protons_per_coulomb = 1 / 1.602176634e-19;
constexpr double coulombs_per_pc = 1e-12;
constexpr std::size_t hash_characters = 8;

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
}

}  // namespace

std::string runs_text(std::span<const std::uint32_t> runs) {
    if (runs.empty()) return "no run";
    if (runs.size() == 1) return fmt::format("run {}", runs[0]);
    if (runs.size() > 2 && runs.back() - runs.front() + 1 == runs.size())
        return fmt::format("runs {} to {}", runs.front(), runs.back());
    constexpr std::size_t most = 8;
    if (runs.size() > most)
        return fmt::format("{} runs between {} and {}", runs.size(), runs.front(), runs.back());
    std::string text = fmt::format("runs {}", runs[0]);
    for (std::size_t i = 1; i < runs.size(); ++i)
        text += fmt::format("{}{}", i + 1 == runs.size() ? " and " : ", ", runs[i]);
    return text;
}

std::string live_time_text(double seconds) {
    if (seconds >= 7200) return fmt::format("{:.4g} h", seconds / 3600);
    if (seconds >= 1) return fmt::format("{:.4g} s", seconds);
    if (seconds >= 1e-3 || seconds == 0) return fmt::format("{:.4g} ms", seconds * 1e3);
    return fmt::format("{:.4g} μs", seconds * 1e6);
}

std::string si_text(double value, std::string_view unit) {
    static constexpr std::array<std::pair<double, std::string_view>, 7> prefixes{
        {{1e6, "M"}, {1e3, "k"}, {1, ""}, {1e-3, "m"}, {1e-6, "μ"}, {1e-9, "n"}, {1e-12, "p"}}};
    for (const auto& [factor, prefix] : prefixes)
        if (std::abs(value) >= factor) return fmt::format("{:.3g} {}{}", value / factor, prefix, unit);
    return fmt::format("{:.3g} {}", value, unit);
}

std::string scientific_text(double value) {
    if (!(value > 0)) return number_text(value, 0);
    auto exponent = static_cast<int>(std::floor(std::log10(value)));
    auto mantissa = fmt::format("{:.2f}", value / std::pow(10.0, exponent));
    if (mantissa == "10.00") {
        mantissa = "1.00";
        ++exponent;
    }
    return fmt::format("{}×{}", mantissa, power_of_ten(exponent));
}

std::string count_text(std::uint64_t count, std::string_view what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string charge_text(const ExposureSums& exposure, std::uint32_t channels) {
    const double per_channel = coulombs_per_pc / std::max(channels, 1u);
    const double measured = static_cast<double>(exposure.live_charge_measured_pc) * per_channel;
    const double estimated = static_cast<double>(exposure.live_charge_estimated_pc) * per_channel;
    std::string text;
    if (measured + estimated > 0)
        text = fmt::format("{} POT ({})", scientific_text((measured + estimated) * protons_per_coulomb),
                           estimated > 0 ? fmt::format("{} measured, {} estimated", si_text(measured, "C"),
                                                       si_text(estimated, "C"))
                                         : si_text(measured, "C"));
    else
        text = "no charge measured";
    const auto slots = [&](std::uint64_t n) { return count_text(n / std::max(channels, 1u), "slot"); };
    if (exposure.live_charge_missing_slots > 0)
        text += fmt::format(", charge missing in {}", slots(exposure.live_charge_missing_slots));
    if (exposure.live_charge_uncorrected_slots > 0)
        text += fmt::format(", uncorrected in {}", slots(exposure.live_charge_uncorrected_slots));
    return text;
}

std::string unit_text(std::string_view unit) {
    if (unit == "us") return "μs";
    std::string text(unit);
    replace_all(text, "*", "·");
    return text;
}

void label_axis(Axis& axis, std::string_view label, std::string_view unit) {
    axis.unit = unit_text(unit);
    // A variable's name says its unit, which the brackets say again.
    for (const std::string_view suffix : {"_ns", "_us", "_adc", "_kev"})
        if (label.ends_with(suffix)) label.remove_suffix(suffix.size());
    axis.label = label == "pe" ? "photoelectrons" : std::string(label);
    if (axis.label.find("t_rec") == std::string::npos) replace_all(axis.label, "_", " ");
}

std::string footer_text(const Provenance& provenance, std::string_view selection) {
    std::string text;
    if (!selection.empty()) text = fmt::format("selection {} · ", selection);
    if (!provenance.config_sha256.empty())
        text += fmt::format("config {} · ", provenance.config_sha256.substr(0, hash_characters));
    for (const auto& [name, hash] : provenance.calibrations)
        text += fmt::format("calibration {} {} · ", name, hash.substr(0, hash_characters));
    return text + fmt::format("spillgate {}", provenance.software_version);
}

}  // namespace spillgate::offline::plot

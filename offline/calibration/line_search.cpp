#include "offline/calibration/line_search.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace spillgate::offline {

namespace {

constexpr double reach_of_highest_line = 10;  // the spectrum may go on so many times beyond it
constexpr double chance_excess = 6;           // log-likelihood ratio of 3.5 σ
constexpr double clear_lead = 1.25;

double count_between(std::span<const double> sorted, double low, double high) {
    return static_cast<double>(std::ranges::lower_bound(sorted, high) -
                               std::ranges::lower_bound(sorted, low));
}

double half_width_kev(double energy_kev) {
    return 1.5 + 0.0015 * energy_kev;
}

// Of n entries where b are expected: how much likelier they are with a line than without.
double excess(std::span<const double> sorted, double energy_kev, double kev_per_adc) {
    const double centre = energy_kev / kev_per_adc;
    const double half = half_width_kev(energy_kev) / kev_per_adc;
    const double n = count_between(sorted, centre - half, centre + half);
    const double beside = count_between(sorted, centre - 5 * half, centre - half) +
                          count_between(sorted, centre + half, centre + 5 * half);
    const double background = std::max(0.25 * beside, 0.25);
    return n > background ? n * std::log(n / background) - (n - background) : 0;
}

ScaleSearch at_scale(std::span<const double> sorted, std::span<const GammaLine> lines, double kev_per_adc) {
    ScaleSearch found{kev_per_adc, 0, 0, 0};
    for (const auto& line : lines) {
        const double gain = excess(sorted, line.energy_kev, kev_per_adc);
        found.score += gain;
        found.lines += gain > chance_excess;
    }
    return found;
}

}  // namespace

proto::Result<ScaleSearch> find_scale(std::span<const double> energies_adc,
                                      std::span<const GammaLine> lines) {
    const auto refused = [](std::string text) {
        return proto::error(proto::ErrorKind::REFUSED, std::move(text));
    };
    constexpr std::size_t fewest = 50;
    if (energies_adc.size() < fewest)
        return refused(fmt::format("{} pulses; needed: {}", energies_adc.size(), fewest));
    if (lines.empty()) return refused("no line to look for");
    const double highest_kev = std::ranges::max(lines, {}, &GammaLine::energy_kev).energy_kev;
    const double highest_adc = energies_adc.back();
    if (!(highest_adc > 0)) return refused("no pulse has a positive energy");

    ScaleSearch best;
    std::vector<ScaleSearch> tried;
    const double step = 1 + half_width_kev(highest_kev) / highest_kev / 3;
    for (double scale = 0.98 * highest_kev / highest_adc;
         scale < reach_of_highest_line * highest_kev / highest_adc; scale *= step) {
        tried.push_back(at_scale(energies_adc, lines, scale));
        if (tried.back().score > best.score) best = tried.back();
    }
    for (const auto& other : tried)
        if (std::abs(other.kev_per_adc / best.kev_per_adc - 1) > 0.02)
            best.next_score = std::max(best.next_score, other.score);

    const int needed = std::min(3, static_cast<int>(lines.size()));
    if (best.lines < needed)
        return refused(fmt::format("only {} of {} lines stand out at any scale; needed: {}", best.lines,
                                   lines.size(), needed));
    if (best.score < clear_lead * best.next_score)
        return refused(fmt::format(
            "the lines fit several scales about equally well (best score {:.1f} at {:.5g} keV/ADC, "
            "next {:.1f}): more data or other lines are needed",
            best.score, best.kev_per_adc, best.next_score));
    return best;
}

}  // namespace spillgate::offline

#include <cmath>
#include <functional>

#include <fmt/format.h>

#include "offline/plot/colours.hpp"
#include "tests/figures/asimov.hpp"
#include "tests/figures/axis.hpp"
#include "tests/figures/figures.hpp"

namespace spillgate::figures {

namespace plot = offline::plot;

namespace {

const std::string argon = "csns-lar", xenon = "csns-lxe";
const std::string known = "quenching.energy_sigma=0", to_a_tenth = "quenching.energy_sigma=0.1";

std::vector<double> steps(double from, double to, int n, bool logarithmic) {
    std::vector<double> values;
    for (int i = 0; i < n; ++i) {
        const double share = static_cast<double>(i) / (n - 1);
        values.push_back(logarithmic ? from * std::pow(to / from, share) : from + (to - from) * share);
    }
    return values;
}

using Changes = std::function<std::vector<std::string>(double)>;

plot::Curve precision(std::string legend, const std::string& experiment, const std::vector<double>& x,
                      const Changes& changes, plot::Colour colour, plot::Dash dash) {
    plot::Curve curve{std::move(legend), x, {}, colour, 2, dash};
    for (const double value : x)
        curve.y.push_back(radius_error_percent(experiment, changes(value)));
    return curve;
}

plot::Panel panel(plot::Axis x, double lowest, double highest, bool logarithmic) {
    plot::Panel panel;
    panel.x = std::move(x);
    panel.y = axis("σ(R_n)/R_n", "%", lowest, highest, logarithmic);
    return panel;
}

plot::Figure figure(std::string title, std::string line) {
    plot::Figure figure;
    figure.title = std::move(title);
    figure.lines = {std::move(line)};
    figure.width = 1000;
    figure.height = 600;
    return figure;
}

}  // namespace

plot::Figure precision_against_mass() {
    auto page =
        figure("Precision on the neutron radius against mass",
               "CSNS, one year at 10 m · flux to 10 % · Ar above 20, Xe above 5 keVnr · no background");
    auto curves = panel(axis("Mass", "t", 0.01, 10, true), 0.2, 40, true);
    const auto x = steps(0.01, 10, 31, true);
    for (const auto& [experiment, element, colour] :
         {std::tuple(argon, "Ar", plot::in_time_colour), std::tuple(xenon, "Xe", plot::peak_colour)})
        for (const auto& [quenching, name, dash] : {std::tuple(known, "QF known", plot::Dash::SOLID),
                                                    std::tuple(to_a_tenth, "QF 10 %", plot::Dash::DASHED)})
            curves.series.emplace_back(precision(
                fmt::format("{}, {}", element, name), experiment, x,
                [&](double t) { return std::vector{fmt::format("target.mass_kg={}", 1000 * t), quenching}; },
                colour, dash));
    page.panels = {std::move(curves)};
    return page;
}

plot::Figure precision_against_quenching() {
    auto page = figure(
        "Precision on the neutron radius against the quenching factor's",
        "CSNS, 1 t, one year at 10 m · flux to 10 % · Ar above 20 keVnr, Xe above 5 keVnr · no background");
    auto curves = panel(axis("σ of the quenching factor", "%", 0, 25), 0, 12, false);
    const auto x = steps(0, 25, 51, false);
    for (const auto& [experiment, element, colour] :
         {std::tuple(argon, "Ar", plot::in_time_colour), std::tuple(xenon, "Xe", plot::peak_colour)})
        curves.series.emplace_back(precision(
            element, experiment, x,
            [](double percent) {
                return std::vector{fmt::format("quenching.energy_sigma={}", percent / 100)};
            },
            colour, plot::Dash::SOLID));
    page.panels = {std::move(curves)};
    return page;
}

plot::Figure precision_against_threshold() {
    auto page = figure("Precision on the neutron radius against the threshold",
                       "CSNS, 1 t, one year at 10 m · flux to 10 % · no background");
    page.side_by_side = true;
    struct Detector {
        std::string experiment, title;
        double lowest_kev, highest_kev, end_kev, width_kev, most_percent;
        int points;
        plot::Colour colour;
    };
    for (const auto& detector : {Detector{argon, "LAr", 5, 40, 110, 1, 12, 36, plot::in_time_colour},
                                 Detector{xenon, "LXe", 2, 10, 40, 0.5, 4, 17, plot::peak_colour}}) {
        auto curves = panel(axis("Threshold", "keVnr", detector.lowest_kev, detector.highest_kev), 0,
                            detector.most_percent, false);
        curves.title = detector.title;
        const auto x = steps(detector.lowest_kev, detector.highest_kev, detector.points, false);
        for (const auto& [quenching, name, dash] : {std::tuple(known, "QF known", plot::Dash::SOLID),
                                                    std::tuple(to_a_tenth, "QF 10 %", plot::Dash::DASHED)})
            curves.series.emplace_back(precision(
                name, detector.experiment, x,
                [&](double kev) {
                    return std::vector{size_axis(kev, detector.end_kev, detector.width_kev), quenching};
                },
                detector.colour, dash));
        page.panels.push_back(std::move(curves));
    }
    return page;
}

}  // namespace spillgate::figures

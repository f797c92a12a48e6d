#include <algorithm>

#include <fmt/format.h>

#include "offline/plot/colours.hpp"
#include "tests/figures/asimov.hpp"
#include "tests/figures/axis.hpp"
#include "tests/figures/figures.hpp"

namespace spillgate::figures {

namespace plot = offline::plot;

namespace {

struct Target {
    std::string experiment, title;
    double end_kev, width_kev, threshold_kev, lowest;
    plot::Colour colour;
};

plot::Curve spectrum(const Target& target, const std::string& form_factor, std::string legend,
                     plot::Dash dash) {
    const auto measured =
        asimov(target.experiment,
               {size_axis(0, target.end_kev, target.width_kev), "nuclear.form_factor=" + form_factor}, {});
    plot::Curve curve{std::move(legend), {}, {}, target.colour, 2, dash};
    const auto& edges = measured.model->axes().size.edges;
    const auto& counts = measured.likelihood.observed().counts;
    for (std::size_t bin = 0; bin < counts.size(); ++bin) {
        curve.x.push_back((edges[bin] + edges[bin + 1]) / 2);
        curve.y.push_back(counts[bin] / target.width_kev);
    }
    return curve;
}

}  // namespace

plot::Figure spectra() {
    plot::Figure page;
    page.title = "Nuclear recoils with and without form factor";
    page.lines = {"CSNS, 1 t, one year at 10 m · dotted: threshold"};
    page.side_by_side = true;
    page.width = 1000;
    page.height = 560;
    for (const auto& target : {Target{"csns-lar", "LAr", 110, 0.5, 20, 1, plot::in_time_colour},
                               Target{"csns-lxe", "LXe", 40, 0.25, 5, 1, plot::peak_colour}}) {
        plot::Panel panel;
        panel.title = target.title;
        panel.x = axis("Recoil energy", "keVnr", 0, target.end_kev);
        auto helm = spectrum(target, "HELM", "Helm", plot::Dash::SOLID);
        auto point = spectrum(target, "UNITY", "F = 1", plot::Dash::DASHED);
        panel.y = axis("Counts per keV", "", target.lowest, 2 * *std::ranges::max_element(point.y), true);
        panel.series = {std::move(point), std::move(helm),
                        plot::Curve{{},
                                    {target.threshold_kev, target.threshold_kev},
                                    {panel.y.min, panel.y.max},
                                    plot::quiet_colour,
                                    1.2,
                                    plot::Dash::DOTTED}};
        page.panels.push_back(std::move(panel));
    }
    return page;
}

}  // namespace spillgate::figures

#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

#include "offline/fit/contour.hpp"
#include "offline/fit/profile.hpp"
#include "offline/plot/colours.hpp"
#include "tests/figures/asimov.hpp"
#include "tests/figures/axis.hpp"
#include "tests/figures/figures.hpp"

namespace spillgate::figures {

namespace fit = offline::fit;
namespace plot = offline::plot;

namespace {

struct Target {
    std::string experiment, title, mass_kg;
    plot::Axis r2, r4;
};

struct Knowledge {
    std::string name, flux_sigma, quenching_sigma;
    plot::Colour colour;
    plot::Dash dash;
};

// The border of the 1σ region (68.27 % of both together); lines of several pieces are one curve with gaps.
plot::Curve region(const Target& target, const Knowledge& knowledge) {
    const auto measured = asimov(
        target.experiment,
        {"nuclear.form_factor=MOMENTS", "target.mass_kg=" + target.mass_kg,
         "source.flux_sigma=" + knowledge.flux_sigma, "quenching.energy_sigma=" + knowledge.quenching_sigma},
        {"R_n", "R4"});
    fit::Workspace workspace(measured.likelihood);
    const auto best = fit::minimise(measured.likelihood, workspace);
    const auto map =
        fit::contour_map(measured.likelihood, best, *measured.model->index_of("R_n"),
                         fit::grid_of(target.r2.min, target.r2.max, 61), *measured.model->index_of("R4"),
                         fit::grid_of(target.r4.min, target.r4.max, 61));
    if (!map) throw std::runtime_error(map.error().message);
    plot::Curve curve{knowledge.name, {}, {}, knowledge.colour, 2, knowledge.dash};
    const auto add = [&curve](double x, double y) {
        curve.x.push_back(x);
        curve.y.push_back(y);
    };
    for (const auto& polygon : map->contour(fit::sigma_levels[0]).polygons) {
        // A region that goes on below the panel is open there.
        for (const auto& point : polygon.points)
            add(point.x, point.y > target.r4.min ? point.y : std::nan(""));
        add(polygon.points.front().x, polygon.points.front().y);
        add(std::nan(""), std::nan(""));
    }
    return curve;
}

// No density has ⟨R⁴⟩ below ⟨R²⟩².
plot::Curve least_fourth_moment(const Target& target) {
    return {{},
            {target.r2.min, target.r2.max},
            {target.r2.min, target.r2.max},
            plot::quiet_colour,
            1.2,
            plot::Dash::DOTTED};
}

plot::Points truth(const Target& target) {
    const auto measured = asimov(target.experiment, {"nuclear.form_factor=MOMENTS"}, {});
    const auto values = measured.model->starts();
    const double r4 = values[*measured.model->index_of("R4")];
    return {{}, {values[*measured.model->index_of("R_n")]}, {r4}, {r4}, {r4}, plot::text_colour};
}

}  // namespace

plot::Figure moments() {
    plot::Figure page;
    page.title = "Moments of the neutrons' density";
    page.lines = {
        "CSNS, one year at 10 m · 1 σ regions with flux, QF or neither unknown (10 %) · dotted: least ⟨R⁴⟩ "
        "of a density"};
    page.side_by_side = true;
    page.width = 1100;
    page.height = 560;
    const Target targets[]{
        {"csns-lar", "10 t LAr", "10000", axis("√⟨R²⟩", "fm", 3.1, 3.75), axis("∜⟨R⁴⟩", "fm", 1.8, 4.6)},
        {"csns-lxe", "1 t LXe", "1000", axis("√⟨R²⟩", "fm", 4.5, 5.1), axis("∜⟨R⁴⟩", "fm", 4.6, 5.6)}};
    const Knowledge knowledge[]{{"flux", "0.1", "0", plot::anti_coincident_colour, plot::Dash::SOLID},
                                {"QF", "0", "0.1", plot::peak_colour, plot::Dash::DASHED},
                                {"neither", "0", "0", plot::in_time_colour, plot::Dash::SOLID}};
    for (const auto& target : targets) {
        plot::Panel panel;
        panel.title = target.title;
        panel.x = target.r2;
        panel.y = target.r4;
        for (const auto& known : knowledge)
            panel.series.emplace_back(region(target, known));
        panel.series.emplace_back(least_fourth_moment(target));
        panel.series.emplace_back(truth(target));
        page.panels.push_back(std::move(panel));
    }
    return page;
}

}  // namespace spillgate::figures

// contour: confidence regions of two parameters.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "offline/fit/contour.hpp"
#include "offline/fit/fit.hpp"
#include "offline/plot/contour_panel.hpp"
#include "offline/verbs/fit_input.hpp"
#include "offline/verbs/fit_json.hpp"
#include "offline/verbs/long_work.hpp"
#include "offline/verbs/plot_option.hpp"
#include "offline/verbs/scan_grid.hpp"
#include "offline/verbs/verbs.hpp"

namespace spillgate::offline {

namespace {

namespace json = boost::json;
using proto::Result;

// To the outermost contour's ends, and a little more so that it closes.
constexpr UsualScan usual{.level = fit::sigma_levels.back(), .margin = 1.12, .points = 61, .fewest = 2};

struct Mapped {
    fit::FitResult fitted;
    fit::ContourMap map;
    std::vector<fit::Contour> contours;  // by fit::sigma_levels

    const fit::FittedParameter& x() const { return fitted.parameters[map.x_parameter]; }
    const fit::FittedParameter& y() const { return fitted.parameters[map.y_parameter]; }
};

Result<Mapped> map_of(const FitProblem& problem, const ValueGrid& x, const ValueGrid& y, unsigned threads) {
    LongWork work("contour", "columns");
    const auto& likelihood = problem.likelihood;
    std::vector<std::size_t> parameters;
    for (const auto* asked : {&x, &y}) {
        const auto parameter = problem.free_parameter(asked->name);
        if (!parameter) return parameter.error();
        parameters.push_back(*parameter);
    }
    fit::FitOptions options;
    options.profile_errors = fit::ErrorsOf::NAMED;
    options.named = {x.name, y.name};
    auto fitted = fit::fit(likelihood, options, work.stop());
    if (!fitted) return fitted.error();
    const auto x_grid = scan_grid(x, usual, likelihood, *fitted, parameters[0]);
    if (!x_grid) return x_grid.error();
    const auto y_grid = scan_grid(y, usual, likelihood, *fitted, parameters[1]);
    if (!y_grid) return y_grid.error();
    auto map = fit::contour_map(likelihood, fitted->minimum, parameters[0], *x_grid, parameters[1], *y_grid,
                                work.parallel(threads));
    if (!map) return map.error();
    std::vector<fit::Contour> contours;
    contours.reserve(fit::sigma_levels.size());
    for (const double level : fit::sigma_levels)
        contours.push_back(map->contour(level));
    return Mapped{std::move(*fitted), std::move(*map), std::move(contours)};
}

// From the lowest to the highest value that a region has.
std::string extent(const fit::Contour& contour, double fit::ContourPoint::* coordinate) {
    double low = HUGE_VAL, high = -HUGE_VAL;
    for (const auto& polygon : contour.polygons)
        for (const auto& point : polygon.points) {
            low = std::min(low, point.*coordinate);
            high = std::max(high, point.*coordinate);
        }
    return fmt::format("{:.6g} to {:.6g}", low, high);
}

bool is_cut(const fit::Contour& contour) {
    return std::ranges::any_of(contour.polygons, &fit::Polygon::cut);
}

class ContourVerb : public Verb {
  public:
    std::string_view name() const override { return "contour"; }
    std::string_view summary() const override { return "Confidence regions of two parameters"; }
    std::string_view example() const override {
        return "spillgate-offline contour --experiment config/experiments/coherent-csi-2021.txtpb --data "
               "coherent --x R_n_Cs --y R_n_I --plot radii.pdf\n"
               "  spillgate-offline contour --experiment config/experiments/csns-lar.txtpb --asimov --set "
               "nuclear.form_factor=MOMENTS --x R_n --y R4=3.4:4.0:31\n"
               "  spillgate-offline contour --experiment config/experiments/coherent-csi-2021.txtpb --data "
               "coherent --x R_n=3:8 --y cross_section_1e-40_cm2=100:300";
    }
    void add_options(CLI::App& command) override {
        input_.add_options(command);
        command
            .add_option("--x", x_,
                        fmt::format("{}: one parameter, free by being named here; without values, as far "
                                    "as the 3 sigma region goes",
                                    value_grid_form))
            ->required();
        command.add_option("--y", y_, "the other one, likewise")->required();
        command.add_option("--threads", threads_, "working threads; 0: as many as the machine runs at once")
            ->check(CLI::Range(0, 1024));
        plot_.add(command, "draw the regions");
    }

    Result<Report> run() override {
        if (auto status = plot_.check(); !status) return status.error();
        const auto x = parse_value_grid("--x", x_, usual.points);
        if (!x) return x.error();
        const auto y = parse_value_grid("--y", y_, usual.points);
        if (!y) return y.error();
        if (x->name == y->name)
            return proto::error(proto::ErrorKind::CONFIG, fmt::format("--x and --y are both '{}'", x->name));
        const auto problem = input_.open({x->name, y->name});
        if (!problem) return problem.error();
        const auto mapped = map_of(*problem, *x, *y, threads_);
        if (!mapped) return mapped.error();
        auto report = problem->report();
        report.failed = mapped->map.missing > 0 || mapped->map.below_best_fit;
        write_json(*mapped, report.json);
        report.text += text_of(*mapped);
        const auto figure = [&] { return figure_of(*problem, *mapped); };
        if (auto status = plot_.draw(figure, report); !status) return status.error();
        return report;
    }

  private:
    static std::vector<std::string> warnings(const Mapped& mapped) {
        auto warnings = fit::warnings_of(mapped.fitted);
        const auto& map = mapped.map;
        if (map.interrupted) warnings.emplace_back("WARNING: interrupted, not all points were reached");
        if (map.missing > 0)
            warnings.push_back(fmt::format("WARNING: {} of {} points without fit count as outside",
                                           map.missing, map.delta_chi2.size()));
        if (map.below_best_fit)
            warnings.emplace_back("WARNING: chi2 falls below the best fit's, which is none");
        std::string cut;
        for (std::size_t i = 0; i < mapped.contours.size(); ++i)
            if (is_cut(mapped.contours[i])) cut += fmt::format("{}{}", cut.empty() ? "" : ", ", i + 1);
        if (!cut.empty())
            warnings.push_back(fmt::format(
                "WARNING: the region of {} sigma reaches a limit or the edge of what was looked at", cut));
        return warnings;
    }

    static std::string text_of(const Mapped& mapped) {
        std::string text = fmt::format("{}\n{}\n", fit::text_of(mapped.x(), mapped.fitted),
                                       fit::text_of(mapped.y(), mapped.fitted));
        if (mapped.x().hesse && mapped.y().hesse)
            text += fmt::format("correlation {:.3f}\n", mapped.fitted.covariance.correlation(
                                                            mapped.map.x_parameter, mapped.map.y_parameter));
        text += fmt::format("χ² = {:.4f} for {} degrees of freedom\n", mapped.fitted.chi2,
                            mapped.fitted.degrees_of_freedom);
        for (std::size_t i = 0; i < mapped.contours.size(); ++i) {
            const auto& contour = mapped.contours[i];
            text += contour.polygons.empty()
                        ? fmt::format("{} sigma: no point is inside\n", i + 1)
                        : fmt::format("{} sigma: {} {}, {} {}\n", i + 1, mapped.x().parameter.name,
                                      extent(contour, &fit::ContourPoint::x), mapped.y().parameter.name,
                                      extent(contour, &fit::ContourPoint::y));
        }
        for (const auto& warning : warnings(mapped))
            text.append(warning).append("\n");
        return text;
    }

    static json::object axis_json(const fit::FittedParameter& parameter, const std::vector<double>& values) {
        return {{"parameter", parameter.parameter.name},
                {"unit", parameter.parameter.unit},
                {"best", parameter.value},
                {"values", json::array(values.begin(), values.end())}};
    }

    static json::array polygons_json(const fit::Contour& contour) {
        json::array polygons;
        for (const auto& polygon : contour.polygons) {
            json::array points;
            for (const auto& point : polygon.points)
                points.push_back(json::array{point.x, point.y});
            polygons.push_back({{"points", std::move(points)}, {"cut", polygon.cut}});
        }
        return polygons;
    }

    static void write_json(const Mapped& mapped, json::object& out) {
        const auto& map = mapped.map;
        json::array columns, contours;
        for (std::size_t ix = 0; ix < map.x.size(); ++ix) {
            json::array column;
            for (std::size_t iy = 0; iy < map.y.size(); ++iy) {
                const double delta = map.delta_chi2[ix * map.y.size() + iy];
                column.push_back(std::isnan(delta) ? json::value(nullptr) : json::value(delta));
            }
            columns.push_back(std::move(column));
        }
        for (std::size_t i = 0; i < mapped.contours.size(); ++i)
            contours.push_back({{"sigma", i + 1},
                                {"delta_chi2", mapped.contours[i].level},
                                {"polygons", polygons_json(mapped.contours[i])}});
        out["x"] = axis_json(mapped.x(), map.x);
        out["y"] = axis_json(mapped.y(), map.y);
        out["delta_chi2"] = std::move(columns);
        out["contours"] = std::move(contours);
        out["missing"] = map.missing;
        out["below_best_fit"] = map.below_best_fit;
        out["interrupted"] = map.interrupted;
        out["fit"] = fit_json(mapped.fitted);
    }

    static plot::Figure figure_of(const FitProblem& problem, const Mapped& mapped) {
        auto figure = problem.page();
        figure.lines.push_back(fmt::format("{} · {}", fit::text_of(mapped.x(), mapped.fitted),
                                           fit::text_of(mapped.y(), mapped.fitted)));
        for (auto& warning : warnings(mapped))
            figure.lines.push_back(std::move(warning));
        figure.panels.push_back(plot::contour_panel(mapped.x().parameter, mapped.y().parameter, mapped.map,
                                                    mapped.contours, {mapped.x().value, mapped.y().value}));
        figure.height = 1000;
        return figure;
    }

    FitInput input_;
    PlotOption plot_;
    std::string x_, y_;
    unsigned threads_ = 0;
};

}  // namespace

std::unique_ptr<Verb> make_contour_verb() {
    return std::make_unique<ContourVerb>();
}

}  // namespace spillgate::offline

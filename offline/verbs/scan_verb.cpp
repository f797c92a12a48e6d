// scan: the profile likelihood of one parameter.
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "offline/fit/fit.hpp"
#include "offline/plot/profile_panel.hpp"
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

constexpr UsualScan usual{.level = 9, .margin = 1, .points = 31};
constexpr std::array sigmas{1, 2, 3};  // of the intervals

struct Scanned {
    fit::FitResult fitted;
    fit::Profile profile;
    std::vector<fit::ProfileErrors> intervals;  // by `sigmas`
};

Result<Scanned> scan(const FitProblem& problem, const ValueGrid& asked) {
    const LongWork work("scan", "values");
    const auto& likelihood = problem.likelihood;
    const auto parameter = problem.free_parameter(asked.name);
    if (!parameter) return parameter.error();
    fit::FitOptions options;
    options.profile_errors = fit::ErrorsOf::NAMED;
    options.named = {asked.name};
    auto fitted = fit::fit(likelihood, options, work.stop());
    if (!fitted) return fitted.error();
    const auto grid = scan_grid(asked, usual, likelihood, *fitted, *parameter);
    if (!grid) return grid.error();
    fit::Workspace workspace(likelihood);
    auto profile = fit::profile(likelihood, fitted->minimum, *parameter, *grid, workspace,
                                fit::MinimiserOptions{}, work.stop());
    if (!profile) return profile.error();
    std::vector<fit::ProfileErrors> intervals;
    for (const int sigma : sigmas) {
        auto errors = fit::profile_errors(likelihood, fitted->minimum, *parameter, workspace, sigma * sigma);
        if (!errors) return errors.error();
        intervals.push_back(std::move(*errors));
    }
    return Scanned{std::move(*fitted), std::move(*profile), std::move(intervals)};
}

class ScanVerb : public Verb {
  public:
    std::string_view name() const override { return "scan"; }
    std::string_view summary() const override {
        return "Profile likelihood of one parameter, with intervals";
    }
    std::string_view example() const override {
        return "spillgate-offline scan --experiment config/experiments/coherent-csi-2021.txtpb --data "
               "coherent "
               "--parameter R_n --plot profile.pdf\n"
               "  spillgate-offline scan --experiment config/experiments/csns-lar.txtpb --asimov --parameter "
               "R_n=3.2:3.6:41\n"
               "  spillgate-offline scan --experiment config/experiments/coherent-lar-2020.txtpb --data "
               "coherent --free cevns --parameter ssb=3100,3130,3160";
    }
    void add_options(CLI::App& command) override {
        input_.add_options(command);
        command
            .add_option("--parameter", parameter_,
                        fmt::format("{}: what to scan, free by being named here; without values, to 3 sigma "
                                    "on either side",
                                    value_grid_form))
            ->capture_default_str();
        plot_.add(command, "draw the profile");
    }

    Result<Report> run() override {
        if (auto status = plot_.check(); !status) return status.error();
        const auto asked = parse_value_grid("--parameter", parameter_, usual.points);
        if (!asked) return asked.error();
        const auto problem = input_.open({asked->name});
        if (!problem) return problem.error();
        const auto scanned = scan(*problem, *asked);
        if (!scanned) return scanned.error();
        auto report = problem->report();
        report.failed =
            scanned->profile.interrupted || !scanned->profile.complete() || scanned->profile.below_best_fit;
        write_json(*scanned, report.json);
        report.text += text_of(*scanned);
        const auto figure = [&] { return figure_of(*problem, *scanned); };
        if (auto status = plot_.draw(figure, report); !status) return status.error();
        return report;
    }

  private:
    static const fit::FittedParameter& parameter_of(const Scanned& scanned) {
        return scanned.fitted.parameters[scanned.profile.parameter];
    }

    static std::vector<std::string> warnings(const Scanned& scanned) {
        auto warnings = fit::warnings_of(scanned.fitted);
        const auto& profile = scanned.profile;
        if (profile.interrupted) warnings.emplace_back("WARNING: interrupted, not all values were reached");
        if (!profile.interrupted && !profile.complete())
            warnings.emplace_back("WARNING: not-converged at some values");
        if (profile.below_best_fit)
            warnings.emplace_back("WARNING: chi2 falls below the best fit's, which is none");
        return warnings;
    }

    static std::string interval_text(const fit::ProfileErrors& errors, double best) {
        const auto end = [&](const fit::ProfileError& side, int sign) {
            return side.error ? fmt::format("{:.6g}", best + sign * *side.error)
                              : fmt::format("? ({})", fit::name_of(side.end));
        };
        const bool by_limit = errors.minus.others_at_limit || errors.plus.others_at_limit;
        return fmt::format("{} to {}{}", end(errors.minus, -1), end(errors.plus, 1),
                           by_limit ? " (another parameter is at its limit there)" : "");
    }

    // Without the sign of a rounded zero.
    static double shown(double delta_chi2) { return std::abs(delta_chi2) < 5e-5 ? 0 : delta_chi2; }

    static std::string text_of(const Scanned& scanned) {
        const auto& parameter = parameter_of(scanned);
        std::string text = fmt::format("{}\nχ² = {:.4f} for {} degrees of freedom\n\n{:>14} {:>12}\n",
                                       fit::text_of(parameter, scanned.fitted), scanned.fitted.chi2,
                                       scanned.fitted.degrees_of_freedom, parameter.parameter.name, "Δχ²");
        for (const auto& point : scanned.profile.points) {
            text += point.delta_chi2 ? fmt::format("{:14.6g} {:12.4f}", point.value, shown(*point.delta_chi2))
                                     : fmt::format("{:14.6g} {:>12}", point.value, "no fit");
            text += point.others_at_limit ? " (another parameter is at its limit)\n" : "\n";
        }
        text += "\n";
        for (std::size_t i = 0; i < sigmas.size(); ++i)
            text +=
                fmt::format("{} sigma: {} {}\n", sigmas[i],
                            interval_text(scanned.intervals[i], parameter.value), parameter.parameter.unit);
        for (const auto& warning : warnings(scanned))
            text.append(warning).append("\n");
        return text;
    }

    static json::object interval_json(const fit::ProfileErrors& errors, int sigma, double best) {
        const auto end = [&](const fit::ProfileError& side, int sign) {
            return side.error ? json::value(best + sign * *side.error) : json::value(nullptr);
        };
        return {{"sigma", sigma},
                {"delta_chi2", errors.level},
                {"low", end(errors.minus, -1)},
                {"high", end(errors.plus, 1)},
                {"low_end", fit::name_of(errors.minus.end)},
                {"high_end", fit::name_of(errors.plus.end)},
                {"others_at_limit", errors.minus.others_at_limit || errors.plus.others_at_limit}};
    }

    static void write_json(const Scanned& scanned, json::object& out) {
        const auto& parameter = parameter_of(scanned);
        json::array points, intervals;
        for (const auto& point : scanned.profile.points) {
            json::object values;
            for (std::size_t i = 0; point.delta_chi2 && i < point.values.size(); ++i)
                if (scanned.fitted.parameters[i].free)
                    values[scanned.fitted.parameters[i].parameter.name] = point.values[i];
            points.push_back({{"value", point.value},
                              {"delta_chi2", number_or_null(point.delta_chi2)},
                              {"others_at_limit", point.others_at_limit},
                              {"parameters", std::move(values)}});
        }
        for (std::size_t i = 0; i < sigmas.size(); ++i)
            intervals.push_back(interval_json(scanned.intervals[i], sigmas[i], parameter.value));
        out["parameter"] = parameter.parameter.name;
        out["unit"] = parameter.parameter.unit;
        out["best"] = parameter.value;
        out["points"] = std::move(points);
        out["intervals"] = std::move(intervals);
        out["below_best_fit"] = scanned.profile.below_best_fit;
        out["interrupted"] = scanned.profile.interrupted;
        out["fit"] = fit_json(scanned.fitted);
    }

    static plot::Figure figure_of(const FitProblem& problem, const Scanned& scanned) {
        auto figure = problem.page();
        const auto& parameter = parameter_of(scanned);
        figure.lines.push_back(fit::text_of(parameter, scanned.fitted));
        for (auto& warning : warnings(scanned))
            figure.lines.push_back(std::move(warning));
        figure.panels.push_back(plot::profile_panel(parameter.parameter, scanned.profile,
                                                    scanned.intervals.front(), parameter.value));
        return figure;
    }

    FitInput input_;
    PlotOption plot_;
    std::string parameter_ = "R_n";
};

}  // namespace

std::unique_ptr<Verb> make_scan_verb() {
    return std::make_unique<ScanVerb>();
}

}  // namespace spillgate::offline

// toys --what feldman-cousins.
#include <boost/math/distributions/normal.hpp>
#include <fmt/format.h>

#include "offline/fit/feldman_cousins.hpp"
#include "offline/plot/feldman_cousins_panel.hpp"
#include "offline/verbs/fit_json.hpp"
#include "offline/verbs/scan_grid.hpp"
#include "offline/verbs/toy_study.hpp"

namespace spillgate::offline {

namespace {

namespace json = boost::json;
using proto::Result;

constexpr std::size_t usual_points = 11;

// Tests values a little beyond where the interval would end if Δχ² followed its distribution.
UsualScan usual_scan(double level) {
    const double sigmas = 1.3 * boost::math::quantile(boost::math::normal(), 0.5 * (1 + level));
    return {.level = sigmas * sigmas, .margin = 1, .points = usual_points};
}

class FeldmanCousinsStudy : public ToyStudy {
  public:
    std::string_view name() const override { return "feldman-cousins"; }
    void add_options(CLI::App& command) override {
        command
            .add_option(
                "--parameter", parameter_,
                fmt::format("feldman-cousins: {}: whose interval, free by being named here, and which "
                            "values to test; without, {} around the interval",
                            value_grid_form, usual_points))
            ->capture_default_str();
        command.add_option("--level", level_, "feldman-cousins: confidence level")
            ->check(CLI::Range(0.01, 0.9999))
            ->capture_default_str();
    }
    proto::Status check() override {
        auto asked = parse_value_grid("--parameter", parameter_, usual_points);
        if (!asked) return asked.error();
        asked_ = std::move(*asked);
        return {};
    }
    std::vector<std::string> frees() const override { return {asked_.name}; }

    Result<ToyFindings> run(const FitProblem& problem, const fit::ToyOptions& toys) override {
        const auto parameter = problem.free_parameter(asked_.name);
        if (!parameter) return parameter.error();
        const auto fitted = fit_for_toys(problem, frees(), toys.parallel.stop);
        if (!fitted) return fitted.error();
        const auto grid = scan_grid(asked_, usual_scan(level_), problem.likelihood, *fitted, *parameter);
        if (!grid) return grid.error();
        const auto found =
            fit::feldman_cousins(problem.likelihood, fitted->minimum, *parameter, *grid, level_, toys);
        if (!found) return found.error();
        ToyFindings findings;
        findings.interrupted = found->interrupted;
        findings.failed = found->intervals.empty();
        for (const auto& tested : found->tested)
            findings.failed = findings.failed || !tested.valid;
        const auto& of = fitted->parameters[*parameter];
        findings.lines = summary(*found, of, *fitted, grid->size());
        for (const auto& line : findings.lines)
            findings.text.append(line).append("\n");
        findings.text += table(*found, of);
        findings.json = findings_json(*found, of);
        findings.json["fit"] = fit_json(*fitted);
        if (!found->tested.empty()) findings.panels = {plot::feldman_cousins_panel(of.parameter, *found)};
        return findings;
    }

  private:
    static std::string end_text(double value, const std::optional<double>& error) {
        return error ? fmt::format("{:.6g} ± {:.2g}", value, *error)
                     : fmt::format("{:.6g} (the last value tested)", value);
    }

    static std::vector<std::string> summary(const fit::FeldmanCousins& found, const fit::FittedParameter& of,
                                            const fit::FitResult& fitted, std::size_t asked) {
        std::vector<std::string> lines{fit::text_of(of, fitted)};
        for (const auto& interval : found.intervals)
            lines.push_back(fmt::format("{} from {} to {} {} at {:g} %", of.parameter.name,
                                        end_text(interval.low, interval.low_error),
                                        end_text(interval.high, interval.high_error), of.parameter.unit,
                                        100 * found.level));
        if (found.intervals.empty()) lines.emplace_back("no tested value was accepted");
        for (auto& warning : fit::warnings_of(fitted))
            lines.push_back(std::move(warning));
        if (found.interrupted)
            lines.push_back(
                fmt::format("WARNING: interrupted after {} of {} values", found.tested.size(), asked));
        return lines;
    }

    static std::string table(const fit::FeldmanCousins& found, const fit::FittedParameter& of) {
        auto text = fmt::format("\n{:>14} {:>10} {:>10} {:>20} {:>18}\n", of.parameter.name, "Δχ²",
                                "critical", "(Monte Carlo error)", "p");
        for (const auto& tested : found.tested) {
            if (!tested.valid) {
                text += fmt::format("{:14.6g} could not be tested\n", tested.value);
                continue;
            }
            text += fmt::format("{:14.6g} {:10.4f} {:10.4f}      {:6.3f} to {:6.3f} {:9.4f} ± {:.4f}  {}{}\n",
                                tested.value, tested.delta_chi2, tested.critical, tested.critical_low,
                                tested.critical_high, tested.p_value.value(), tested.p_value.error(),
                                tested.accepted ? "accepted" : "-",
                                tested.certain ? "" : " (more toys would be needed to be sure)");
        }
        return text;
    }

    static json::object findings_json(const fit::FeldmanCousins& found, const fit::FittedParameter& of) {
        json::array tested, intervals;
        for (const auto& value : found.tested)
            tested.push_back({{"value", value.value},
                              {"valid", value.valid},
                              {"delta_chi2", value.delta_chi2},
                              {"critical", value.critical},
                              {"critical_low", value.critical_low},
                              {"critical_high", value.critical_high},
                              {"p_value", fraction_json(value.p_value)},
                              {"not_converged", value.not_converged},
                              {"accepted", value.accepted},
                              {"certain", value.certain}});
        for (const auto& interval : found.intervals)
            intervals.push_back({{"low", interval.low},
                                 {"high", interval.high},
                                 {"low_error", number_or_null(interval.low_error)},
                                 {"high_error", number_or_null(interval.high_error)}});
        return {{"parameter", of.parameter.name},
                {"unit", of.parameter.unit},
                {"best", of.value},
                {"level", found.level},
                {"tested", std::move(tested)},
                {"intervals", std::move(intervals)}};
    }

    std::string parameter_ = "R_n";
    double level_ = 0.9;
    ValueGrid asked_;
};

}  // namespace

std::unique_ptr<ToyStudy> make_feldman_cousins_study() {
    return std::make_unique<FeldmanCousinsStudy>();
}

}  // namespace spillgate::offline

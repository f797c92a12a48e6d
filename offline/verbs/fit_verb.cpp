// fit: an experiment's parameters from its counts.
#include <numeric>

#include <fmt/format.h>

#include "offline/fit/fit.hpp"
#include "offline/fit/significance.hpp"
#include "offline/plot/experiment_figure.hpp"
#include "offline/verbs/fit_input.hpp"
#include "offline/verbs/fit_json.hpp"
#include "offline/verbs/plot_option.hpp"
#include "offline/verbs/verbs.hpp"

namespace spillgate::offline {

namespace {

namespace json = boost::json;
using proto::Result;

class FitVerb : public Verb {
  public:
    std::string_view name() const override { return "fit"; }
    std::string_view summary() const override { return "Fit an experiment's parameters to its counts"; }
    std::string_view example() const override {
        return "spillgate-offline fit --experiment config/experiments/coherent-csi-2021.txtpb --data "
               "coherent --free R_n\n"
               "  spillgate-offline fit --experiment config/experiments/coherent-lar-2020.txtpb --data "
               "coherent --free "
               "cevns --plot lar.pdf\n"
               "  spillgate-offline fit --experiment csi.txtpb --spectra spectra-12 --good-runs good-3.txtpb "
               "--free R_n\n"
               "  spillgate-offline fit --experiment config/experiments/csns-lar.txtpb --free R_n --asimov";
    }
    void add_options(CLI::App& command) override {
        input_.add_options(command);
        plot_.add(command, "draw counts and fit");
    }

    Result<Report> run() override {
        if (auto status = plot_.check(); !status) return status.error();
        const auto problem = input_.open();
        if (!problem) return problem.error();
        const auto& likelihood = problem->likelihood;
        const auto result = fit::fit(likelihood);
        if (!result) return result.error();
        auto report = problem->report();
        report.failed = !result->minimum.converged;
        report.text += fit::text_of(*result);
        for (auto& [key, value] : fit_json(*result))
            report.json[key] = std::move(value);
        add_yields(problem->opened->model, *result, report);
        add_significance(likelihood, *result, report);
        const auto figure = [&] { return counts_and_fit(*problem, *result); };
        if (auto status = plot_.draw(figure, report); !status) return status.error();
        return report;
    }

  private:
    static void add_yields(const ExperimentModel& model, const fit::FitResult& result, Report& report) {
        json::object yields;
        for (const auto& name : model.components()) {
            const auto counts = model.component(name, result.minimum.values);
            yields[name] = std::accumulate(counts.begin(), counts.end(), 0.0);
        }
        report.json["yields"] = std::move(yields);
    }

    // Of no CEvNS at all, where its number or cross section floats.
    static void add_significance(const fit::Likelihood& likelihood, const fit::FitResult& result,
                                 Report& report) {
        report.json["significance_sigma"] = nullptr;
        if (!result.minimum.converged) return;
        for (const auto* name : {"cevns", "cross_section_1e-40_cm2"}) {
            const auto index = likelihood.index_of(name);
            if (!index || !likelihood.parameters()[*index].free) continue;
            fit::Workspace workspace(likelihood);
            const auto significance = fit::significance(likelihood, result.minimum, *index, 0, workspace);
            // Without an answer to this question the fit is what it is: a background that is nowhere in a bin
            // with counts cannot stand for them.
            if (!significance) {
                report.json["significance_problem"] = significance.error().message;
                report.text += fmt::format("significance not known: {}\n", significance.error().message);
                continue;
            }
            report.json["significance_sigma"] = significance->sigmas;
            report.text += fmt::format("no CEvNS is excluded at {:.2f} sigma{}\n", significance->sigmas,
                                       significance->below_null ? " (a deficit)" : "");
        }
    }

    static plot::Figure counts_and_fit(const FitProblem& problem, const fit::FitResult& result) {
        std::vector<std::string> lines;
        for (const auto& parameter : result.parameters)
            if (parameter.free && !parameter.parameter.pull) lines.push_back(fit::text_of(parameter, result));
        lines.push_back(fmt::format("χ²/ndof = {:.1f}/{}", result.chi2, result.degrees_of_freedom));
        for (auto& warning : fit::warnings_of(result))
            lines.push_back(std::move(warning));
        auto figure =
            plot::experiment_figure(problem.experiment(), problem.opened->model, result.minimum.values,
                                    problem.likelihood.observed().counts, std::move(lines));
        figure.lines = problem.page().lines;
        return figure;
    }

    FitInput input_;
    PlotOption plot_;
};

}  // namespace

std::unique_ptr<Verb> make_fit_verb() {
    return std::make_unique<FitVerb>();
}

}  // namespace spillgate::offline

// toys --what closure.
#include <algorithm>

#include <fmt/format.h>

#include "offline/fit/closure.hpp"
#include "offline/fit/profile.hpp"
#include "offline/plot/closure_panels.hpp"
#include "offline/verbs/toy_study.hpp"
#include "offline/verbs/value_grid.hpp"

namespace spillgate::offline {

namespace {

namespace json = boost::json;
using proto::error;
using proto::ErrorKind;
using proto::Result;

class ClosureStudy : public ToyStudy {
  public:
    std::string_view name() const override { return "closure"; }
    bool needs_data() const override { return false; }  // its truth is the experiment's own
    void add_options(CLI::App& command) override {
        command
            .add_option("--truth", truth_,
                        "closure: NAME=VALUE that toys are made with, instead of the experiment's own; "
                        "several times")
            ->allow_extra_args(false);
    }

    Result<ToyFindings> run(const FitProblem& problem, const fit::ToyOptions& toys) override {
        const auto truth = true_values(problem);
        if (!truth) return truth.error();
        const auto found = fit::closure(problem.likelihood, *truth, toys);
        if (!found) return found.error();
        ToyFindings findings;
        findings.interrupted = found->interrupted;
        findings.failed = found->done == found->not_converged;
        findings.lines = summary(*found, toys.toys);
        for (const auto& line : findings.lines)
            findings.text.append(line).append("\n");
        findings.text += table(problem, *found, *truth);
        findings.json = {{"done", found->done},
                         {"not_converged", found->not_converged},
                         {"parameters", parameters_json(problem, *found, *truth)}};
        findings.panels = plot::closure_panels(problem.likelihood.parameters(), *found);
        // Their names stand side by side.
        findings.width = std::max(findings.width, 160 * static_cast<unsigned>(found->parameters.size() + 1));
        return findings;
    }

  private:
    Result<std::vector<double>> true_values(const FitProblem& problem) const {
        const auto& likelihood = problem.likelihood;
        auto values = likelihood.start();
        for (const auto& text : truth_) {
            const auto given = parse_value_grid("--truth", text, 2);
            if (!given) return given.error();
            if (given->values.size() != 1)
                return error(ErrorKind::CONFIG, fmt::format("--truth {}: expected NAME=VALUE", text));
            const auto index = likelihood.index_of(given->name);
            if (!index) return error(ErrorKind::CONFIG, index.error().message);
            const auto& parameter = likelihood.parameters()[*index];
            if (!parameter.free)
                return error(ErrorKind::CONFIG,
                             fmt::format("--truth {0}: {1} is held; --free {1}", text, parameter.name));
            if (auto status = fit::check_grid(parameter, given->values); !status)
                return error(ErrorKind::CONFIG, fmt::format("--truth: {}", status.error().message));
            values[*index] = given->values.front();
        }
        return values;
    }

    static std::vector<std::string> summary(const fit::Closure& found, std::uint64_t asked) {
        std::vector<std::string> lines{fmt::format("{} toys fitted", found.done - found.not_converged)};
        if (found.not_converged > 0)
            lines.push_back(
                fmt::format("WARNING: not-converged in {} toys, which have no part", found.not_converged));
        if (found.interrupted)
            lines.push_back(fmt::format("WARNING: interrupted after {} of {} toys", found.done, asked));
        return lines;
    }

    static std::string table(const FitProblem& problem, const fit::Closure& found,
                             const std::vector<double>& truth) {
        auto text =
            fmt::format("\n{:>24} {:>12} {:>18} {:>18} {:>18} {:>18} {:>18}\n", "parameter", "truth",
                        "mean of pulls", "width of pulls", "mean of roots", "width of roots", "coverage, %");
        for (const auto& of : found.parameters) {
            text += fmt::format("{:>24} {:12.6g}", problem.likelihood.parameters()[of.parameter].name,
                                truth[of.parameter]);
            text += of.pulls > 1 ? fmt::format(" {:+9.3f} ± {:.3f}  {:9.3f} ± {:.3f} ", of.pull_mean,
                                               of.pull_mean_error, of.pull_width, of.pull_width_error)
                                 : fmt::format(" {:>18} {:>18}", "no errors", "");
            text += of.roots > 1 ? fmt::format(" {:+9.3f} ± {:.3f}  {:9.3f} ± {:.3f} ", of.root_mean,
                                               of.root_mean_error, of.root_width, of.root_width_error)
                                 : fmt::format(" {:>18} {:>18}", "", "");
            text += of.coverage.all > 0 ? fmt::format(" {:10.1f} ± {:.1f}", 100 * of.coverage.value(),
                                                      100 * of.coverage.error())
                                        : "";
            if (of.at_limit > 0) text += fmt::format("  at-limit in {} toys", of.at_limit);
            text += "\n";
        }
        return text;
    }

    static json::object parameters_json(const FitProblem& problem, const fit::Closure& found,
                                        const std::vector<double>& truth) {
        json::object out;
        for (const auto& of : found.parameters) {
            const auto of_some = [](std::uint64_t toys, double value) {
                return toys > 1 ? json::value(value) : json::value(nullptr);
            };
            out[problem.likelihood.parameters()[of.parameter].name] =
                json::object{{"truth", truth[of.parameter]},
                             {"pull_mean", of_some(of.pulls, of.pull_mean)},
                             {"pull_mean_error", of_some(of.pulls, of.pull_mean_error)},
                             {"pull_width", of_some(of.pulls, of.pull_width)},
                             {"pull_width_error", of_some(of.pulls, of.pull_width_error)},
                             {"pulls", of.pulls},
                             {"root_mean", of_some(of.roots, of.root_mean)},
                             {"root_mean_error", of_some(of.roots, of.root_mean_error)},
                             {"root_width", of_some(of.roots, of.root_width)},
                             {"root_width_error", of_some(of.roots, of.root_width_error)},
                             {"roots", of.roots},
                             {"at_limit", of.at_limit},
                             {"coverage", fraction_json(of.coverage)}};
        }
        return out;
    }

    std::vector<std::string> truth_;
};

}  // namespace

std::unique_ptr<ToyStudy> make_closure_study() {
    return std::make_unique<ClosureStudy>();
}

}  // namespace spillgate::offline

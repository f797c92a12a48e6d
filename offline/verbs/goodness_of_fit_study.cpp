// toys --what goodness-of-fit.
#include <fmt/format.h>

#include "offline/fit/goodness_of_fit.hpp"
#include "offline/plot/goodness_of_fit_panel.hpp"
#include "offline/verbs/fit_json.hpp"
#include "offline/verbs/toy_study.hpp"

namespace spillgate::offline {

namespace {

namespace json = boost::json;

class GoodnessOfFitStudy : public ToyStudy {
  public:
    std::string_view name() const override { return "goodness-of-fit"; }
    void add_options(CLI::App&) override {}

    proto::Result<ToyFindings> run(const FitProblem& problem, const fit::ToyOptions& toys) override {
        const auto fitted = fit_for_toys(problem, {}, toys.parallel.stop);
        if (!fitted) return fitted.error();
        const auto found = fit::goodness_of_fit(problem.likelihood, fitted->minimum, toys);
        if (!found) return found.error();
        ToyFindings findings;
        findings.interrupted = found->interrupted;
        findings.failed = found->p_value.all == 0;
        findings.lines = summary(*found, toys.toys);
        for (auto& warning : fit::warnings_of(*fitted))
            findings.lines.push_back(std::move(warning));
        for (const auto& line : findings.lines)
            findings.text.append(line).append("\n");
        findings.json = {
            {"chi2", found->chi2},
            {"ndof", found->degrees_of_freedom},
            {"p_value", fraction_json(found->p_value)},
            {"done", found->done},
            {"not_converged", found->not_converged},
            {"chi2_of_toys", json::array(found->chi2_of_toys.begin(), found->chi2_of_toys.end())},
            {"fit", fit_json(*fitted)}};
        if (!found->chi2_of_toys.empty()) findings.panels = {plot::goodness_of_fit_panel(*found)};
        return findings;
    }

  private:
    static std::vector<std::string> summary(const fit::GoodnessOfFit& found, std::uint64_t asked) {
        std::vector<std::string> lines{
            fmt::format("χ² = {:.4f} for {} degrees of freedom", found.chi2, found.degrees_of_freedom)};
        lines.push_back(found.p_value.all == 0
                            ? "no toy was fitted"
                            : fmt::format("p = {:.4f} ± {:.4f}: {} of {} toys have a χ² at least as large",
                                          found.p_value.value(), found.p_value.error(), found.p_value.passed,
                                          found.p_value.all));
        if (found.not_converged > 0)
            lines.push_back(
                fmt::format("WARNING: not-converged in {} toys, which have no part", found.not_converged));
        if (found.interrupted)
            lines.push_back(fmt::format("WARNING: interrupted after {} of {} toys", found.done, asked));
        return lines;
    }
};

}  // namespace

std::unique_ptr<ToyStudy> make_goodness_of_fit_study() {
    return std::make_unique<GoodnessOfFitStudy>();
}

}  // namespace spillgate::offline

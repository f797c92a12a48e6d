#include "offline/verbs/fit_input.hpp"

#include "offline/plot/experiment_figure.hpp"

namespace spillgate::offline {

using proto::Result;

Report FitProblem::report() const {
    Report report;
    report.text = experiment_text(experiment());
    if (asimov) report.text += "Asimov data\n";
    report.json["experiment"] = experiment_json(experiment());
    report.json["asimov"] = asimov;
    return report;
}

plot::Figure FitProblem::page() const {
    auto page = plot::experiment_page(experiment());
    if (asimov) page.lines.emplace_back("Asimov data");
    return page;
}

void FitInput::add_options(CLI::App& command) {
    input_.add_options(command);
    command.add_flag("--asimov", asimov_, "take what the experiment expects, as if it had been measured");
}

Result<FitProblem> FitInput::open(const std::vector<std::string>& more_free) const {
    return open(asimov_, more_free);
}

Result<FitProblem> FitInput::open_without_data(const std::vector<std::string>& more_free) const {
    return open(true, more_free);
}

Result<FitProblem> FitInput::open(bool asimov, const std::vector<std::string>& more_free) const {
    auto opened = input_.open({}, more_free);
    if (!opened) return opened.error();
    auto kept = std::make_unique<const OpenedExperiment>(std::move(*opened));
    auto likelihood = asimov ? kept->asimov() : kept->likelihood();
    if (!likelihood) return likelihood.error();
    return FitProblem{std::move(kept), std::move(*likelihood), asimov};
}

}  // namespace spillgate::offline

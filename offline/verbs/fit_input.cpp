#include "offline/verbs/fit_input.hpp"

#include <fmt/format.h>

#include "offline/plot/experiment_figure.hpp"

namespace spillgate::offline {

using proto::Result;

Result<std::size_t> FitProblem::free_parameter(const std::string& name) const {
    const auto index = likelihood.index_of(name);
    if (!index) return proto::error(proto::ErrorKind::CONFIG, index.error().message);
    if (!likelihood.parameters()[*index].free)
        return proto::error(proto::ErrorKind::CONFIG,
                            fmt::format("parameter '{}' is not free in this fit", name));
    return *index;
}

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
    return open(!asimov_, more_free);
}

Result<FitProblem> FitInput::open_without_data(const std::vector<std::string>& more_free) const {
    return open(false, more_free);
}

Result<FitProblem> FitInput::open(bool with_data, const std::vector<std::string>& more_free) const {
    auto opened = input_.open({}, more_free);
    if (!opened) return opened.error();
    auto kept = std::make_unique<const OpenedExperiment>(std::move(*opened));
    auto likelihood = with_data ? kept->likelihood() : kept->asimov();
    if (!likelihood) return likelihood.error();
    return FitProblem{std::move(kept), std::move(*likelihood), asimov_};
}

}  // namespace spillgate::offline

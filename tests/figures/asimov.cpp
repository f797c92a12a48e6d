#include "tests/figures/asimov.hpp"

#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

#include "offline/fit/sensitivity.hpp"

namespace spillgate::figures {

namespace fit = offline::fit;

namespace {

template <class Value>
Value need(proto::Result<Value> result) {
    if (!result) throw std::runtime_error(result.error().message);
    return std::move(*result);
}

}  // namespace

Asimov asimov(const std::string& name, const std::vector<std::string>& changes,
              const std::vector<std::string>& free) {
    const auto path = fmt::format("{}/config/experiments/{}.txtpb", SPILLGATE_SOURCE_DIR, name);
    const auto loaded = need(offline::load_experiment(path, changes));
    auto model = std::make_unique<offline::ExperimentModel>(need(
        offline::ExperimentModel::make(loaded, offline::DataFolder({}, loaded.config.data()), std::nullopt)));
    if (auto status = model->set_free(free); !status) throw std::runtime_error(status.error().message);
    std::vector<double> counts(model->bins());
    model->expected(model->starts(), *model->scratch(), counts);
    auto likelihood = need(fit::Likelihood::make(*model, {counts, {}, {}}, fit::Statistic::CHI2_COUNTS));
    return {std::move(model), std::move(likelihood)};
}

double radius_error_percent(const std::string& name, const std::vector<std::string>& changes) {
    const auto measured = asimov(name, changes, {"R_n"});
    const auto found = need(
        fit::sensitivity(measured.likelihood, measured.likelihood.start(), *measured.model->index_of("R_n")));
    return found.relative_error ? 100 * *found.relative_error : std::nan("");
}

std::string size_axis(double begin, double end, double width) {
    return fmt::format("axes.size={{ equal {{ bins: {} begin: {} end: {} }} }}",
                       std::lround((end - begin) / width), begin, end);
}

}  // namespace spillgate::figures

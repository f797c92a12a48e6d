#include "tests/offline/fit/exported_likelihood.hpp"

#include <algorithm>
#include <cmath>

#include <boost/json.hpp>

namespace spillgate::tests {

namespace fit = offline::fit;
namespace json = boost::json;

namespace {

json::value limit_of(double value) {
    return std::isfinite(value) ? json::value(value) : json::value(nullptr);
}

json::object parameter_of(const fit::Parameter& parameter, double centre) {
    json::value pull = nullptr;
    if (parameter.pull)
        pull = {{"centre", centre},
                {"sigma_minus", parameter.pull->sigma_minus},
                {"sigma_plus", parameter.pull->sigma_plus}};
    return {{"name", parameter.name},
            {"start", parameter.start},
            {"free", parameter.free},
            {"lower", limit_of(parameter.lower)},
            {"upper", limit_of(parameter.upper)},
            {"pull", pull}};
}

std::string_view name_of(fit::Statistic statistic) {
    switch (statistic) {
        case fit::Statistic::POISSON:
            return "poisson";
        case fit::Statistic::CHI2_COUNTS:
            return "chi2-counts";
        case fit::Statistic::CHI2_SIGMA:
            return "chi2-sigma";
    }
    return "";
}

}  // namespace

void BilinearModel::expected(std::span<const double> values, Scratch&, std::span<double> counts) const {
    std::copy(constant_.begin(), constant_.end(), counts.begin());
    for (std::size_t bin = 0; bin < counts.size(); ++bin) {
        for (std::size_t p = 0; p < values.size(); ++p)
            counts[bin] += values[p] * templates_[p][bin];
        for (const auto& product : products_)
            counts[bin] += values[product.a] * values[product.b] * product.counts[bin];
    }
}

json::object exported_data(const fit::Likelihood& likelihood) {
    json::array parameters;
    for (std::size_t i = 0; i < likelihood.parameters().size(); ++i)
        parameters.push_back(parameter_of(likelihood.parameters()[i], likelihood.observed().centres[i]));
    return {{"statistic", name_of(likelihood.statistic())},
            {"counts", json::value_from(likelihood.observed().counts)},
            {"sigma", json::value_from(likelihood.observed().sigma)},
            {"parameters", std::move(parameters)}};
}

std::string exported(const fit::Likelihood& likelihood, const BilinearModel& model) {
    auto text = exported_data(likelihood);
    json::array products;
    for (const auto& product : model.products())
        products.push_back(
            {{"a", product.a}, {"b", product.b}, {"counts", json::value_from(product.counts)}});
    text["constant"] = json::value_from(model.constant());
    text["templates"] = json::value_from(model.templates());
    text["products"] = std::move(products);
    return json::serialize(text);
}

}  // namespace spillgate::tests

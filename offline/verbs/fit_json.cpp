#include "offline/verbs/fit_json.hpp"

#include <boost/json/array.hpp>

namespace spillgate::offline {

namespace json = boost::json;

json::value number_or_null(const std::optional<double>& value) {
    return value ? json::value(*value) : json::value(nullptr);
}

namespace {

std::string_view name_of(fit::Limit limit) {
    switch (limit) {
        case fit::Limit::LOWER:
            return "lower";
        case fit::Limit::UPPER:
            return "upper";
        case fit::Limit::NONE:
            break;
    }
    return "none";
}

json::object parameter_json(const fit::FittedParameter& parameter) {
    return {{"value", parameter.value},
            {"error_minus", number_or_null(parameter.error_minus)},
            {"error_plus", number_or_null(parameter.error_plus)},
            {"hesse", number_or_null(parameter.hesse)},
            {"unit", parameter.parameter.unit},
            {"free", parameter.free},
            {"at_limit", name_of(parameter.at_limit)},
            {"pull", number_or_null(parameter.pull)}};
}

}  // namespace

json::object fit_json(const fit::FitResult& result) {
    json::object parameters, correlation;
    for (std::size_t a = 0; a < result.parameters.size(); ++a) {
        const auto& parameter = result.parameters[a];
        parameters[parameter.parameter.name] = parameter_json(parameter);
        if (!parameter.free) continue;
        json::object row;
        for (std::size_t b = 0; b < result.parameters.size(); ++b)
            if (result.parameters[b].free)
                row[result.parameters[b].parameter.name] = a == b ? 1 : result.covariance.correlation(a, b);
        correlation[parameter.parameter.name] = std::move(row);
    }
    json::array flags;
    for (const auto flag : result.flags)
        flags.emplace_back(fit::name_of(flag));
    return {{"parameters", std::move(parameters)},   {"chi2", result.chi2},
            {"chi2_pulls", result.chi2_pulls},       {"ndof", result.degrees_of_freedom},
            {"converged", result.minimum.converged}, {"flags", std::move(flags)},
            {"correlation", std::move(correlation)}};
}

}  // namespace spillgate::offline

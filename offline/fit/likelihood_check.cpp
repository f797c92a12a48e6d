#include "offline/fit/likelihood_check.hpp"

#include <cmath>
#include <set>
#include <string_view>

#include <fmt/format.h>

namespace spillgate::offline::fit {

namespace {

proto::Error wrong(std::string message) {
    return proto::error(proto::ErrorKind::CONFIG, std::move(message));
}

proto::Status check_parameter(const Parameter& p) {
    if (!std::isfinite(p.start)) return wrong(fmt::format("parameter '{}' starts at {}", p.name, p.start));
    if (!(p.lower < p.upper))
        return wrong(fmt::format("parameter '{}' has limits {} to {}: the lower one must be below the upper",
                                 p.name, p.lower, p.upper));
    if (p.start < p.lower || p.start > p.upper)
        return wrong(fmt::format("parameter '{}' starts at {}, outside its limits {} to {}", p.name, p.start,
                                 p.lower, p.upper));
    if (!(p.scale >= 0) || !std::isfinite(p.scale))
        return wrong(
            fmt::format("parameter '{}' has scale {}: allowed are positive numbers, or 0", p.name, p.scale));
    if (!p.pull) return {};
    if (!std::isfinite(p.pull->centre))
        return wrong(fmt::format("the pull of parameter '{}' is centred at {}", p.name, p.pull->centre));
    for (const double sigma : {p.pull->sigma_minus, p.pull->sigma_plus})
        if (!(sigma > 0) || !std::isfinite(sigma))
            return wrong(
                fmt::format("the pull of parameter '{}' has σ = {}: it must be positive", p.name, sigma));
    return {};
}

proto::Status check_bin(std::size_t bin, const Observation& observed, Statistic statistic) {
    const double n = observed.counts[bin];
    if (!std::isfinite(n) || (n < 0 && statistic != Statistic::CHI2_SIGMA))
        return wrong(fmt::format("bin {} has {} counts", bin, n));
    if (n == 0 && statistic == Statistic::CHI2_COUNTS)
        return wrong(fmt::format(
            "bin {} has no counts, and this χ² divides by them: use the Poisson likelihood", bin));
    if (statistic == Statistic::CHI2_SIGMA &&
        (!(observed.sigma[bin] > 0) || !std::isfinite(observed.sigma[bin])))
        return wrong(fmt::format("bin {} has σ = {}: it must be positive", bin, observed.sigma[bin]));
    return {};
}

}  // namespace

proto::Status check_parameters(const Model& model, std::span<const Parameter> parameters) {
    const auto own = model.parameters();
    if (parameters.size() != own.size())
        return wrong(fmt::format("{} parameters for a model of {}", parameters.size(), own.size()));
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const auto& parameter = parameters[i];
        if (parameter.name.empty()) return wrong(fmt::format("parameter {} has no name", i));
        if (parameter.name != own[i].name)
            return wrong(
                fmt::format("parameter {} is '{}', the model's is '{}'", i, parameter.name, own[i].name));
        if (!names.insert(parameter.name).second)
            return wrong(fmt::format("two parameters are named '{}'", parameter.name));
        if (auto fine = check_parameter(parameter); !fine) return fine;
    }
    return {};
}

proto::Status check_observation(const Model& model, std::span<const Parameter> parameters,
                                const Observation& observed, Statistic statistic) {
    if (model.bins() == 0) return wrong("the model has no bins");
    if (observed.counts.size() != model.bins())
        return wrong(
            fmt::format("{} bins were observed, the model has {}", observed.counts.size(), model.bins()));
    const std::size_t sigmas = statistic == Statistic::CHI2_SIGMA ? model.bins() : 0;
    if (observed.sigma.size() != sigmas)
        return wrong(fmt::format("{} bins have a σ, and {} need one", observed.sigma.size(), sigmas));
    for (std::size_t bin = 0; bin < observed.counts.size(); ++bin)
        if (auto fine = check_bin(bin, observed, statistic); !fine) return fine;
    if (!observed.centres.empty() && observed.centres.size() != parameters.size())
        return wrong(
            fmt::format("{} centres of pulls for {} parameters", observed.centres.size(), parameters.size()));
    for (std::size_t i = 0; i < observed.centres.size(); ++i)
        if (!std::isfinite(observed.centres[i]))
            return wrong(fmt::format("the pull of parameter '{}' is centred at {}", parameters[i].name,
                                     observed.centres[i]));
    return {};
}

}  // namespace spillgate::offline::fit

#include "tests/offline/fit/models.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

namespace spillgate::tests {

namespace fit = offline::fit;

TemplateModel::TemplateModel(std::vector<fit::Parameter> parameters,
                             std::vector<std::vector<double>> templates, std::vector<double> constant)
    : parameters_(std::move(parameters)), templates_(std::move(templates)), constant_(std::move(constant)) {}

void TemplateModel::expected(std::span<const double> values, Scratch&, std::span<double> counts) const {
    std::copy(constant_.begin(), constant_.end(), counts.begin());
    for (std::size_t p = 0; p < values.size(); ++p)
        for (std::size_t bin = 0; bin < counts.size(); ++bin)
            counts[bin] += values[p] * templates_[p][bin];
}

void TemplateModel::derivatives(std::span<const double>, std::span<const std::size_t> wanted,
                                std::span<const fit::Parameter>, Scratch&, std::span<double> jacobian) const {
    auto row = jacobian.begin();
    for (const auto p : wanted)
        row = std::copy(templates_[p].begin(), templates_[p].end(), row);
}

fit::Parameter free_parameter(std::string name, double start, double lower, double upper) {
    fit::Parameter parameter;
    parameter.name = std::move(name);
    parameter.start = start;
    parameter.lower = lower;
    parameter.upper = upper;
    return parameter;
}

fit::Parameter pulled_parameter(std::string name, double centre, double sigma, double lower, double upper) {
    auto parameter = free_parameter(std::move(name), centre, lower, upper);
    parameter.pull = fit::symmetric_pull(centre, sigma);
    return parameter;
}

TemplateModel counting_experiment(double background, double lowest) {
    return {{free_parameter("s", 1, lowest)}, {{1.0}}, {background}};
}

FunctionModel time_and_light() {
    std::vector<fit::Parameter> parameters{
        free_parameter("norm", 1, 0, 5),       free_parameter("width", 5, 2, 9),
        free_parameter("onset", 0, -0.3, 0.3), pulled_parameter("flux", 0, 0.1),
        pulled_parameter("steady", 1, 0.021),  pulled_parameter("prompt", 1, 0.25),
        pulled_parameter("bend", 0, 1),        pulled_parameter("slope", 0, 1),
    };
    parameters[2].scale = 0.05;
    parameters[0].free = false;
    return {parameters, 99, [](std::span<const double> v, std::span<double> counts) {
                for (std::size_t e = 0; e < 9; ++e) {
                    const double x = 0.3 + static_cast<double>(e);
                    const double light = std::exp(-x * v[1] / 10) * (1 + 0.05 * v[6] * x / 4 + 0.05 * v[7]);
                    for (std::size_t t = 0; t < 11; ++t) {
                        const double time = 0.4 + 0.5 * static_cast<double>(t) - v[2];
                        const double arrival =
                            0.9 * std::exp(-time / 2.2) / (1 + std::exp(-20 * (time - 0.3)));
                        const double early = std::exp(-0.5 * std::pow((time + v[2] - 0.7) / 0.3, 2));
                        counts[e * 11 + t] = 40 * v[0] * (1 + v[3]) * light * arrival +
                                             22 * v[4] * std::exp(-0.15 * x) + 2 * v[5] * early;
                    }
                }
            }};
}

std::vector<double> time_and_light_truth() {
    return {1, 5, 0.05, 0, 1, 1, 0, 0};
}

fit::Likelihood likelihood_of(const fit::Model& model, std::vector<double> counts, fit::Statistic statistic) {
    auto made = fit::Likelihood::make(model, fit::Observation{std::move(counts), {}, {}}, statistic);
    INFO((made ? std::string() : made.error().message));
    REQUIRE(made.has_value());
    return std::move(*made);
}

}  // namespace spillgate::tests

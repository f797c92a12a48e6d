// Small models whose fits are known by other means.
#pragma once

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "offline/fit/likelihood.hpp"

namespace spillgate::tests {

// Any function of the values, with numerical derivatives.
class FunctionModel : public offline::fit::Model {
  public:
    using Function = std::function<void(std::span<const double>, std::span<double>)>;
    FunctionModel(std::vector<offline::fit::Parameter> parameters, std::size_t bins, Function function)
        : parameters_(std::move(parameters)), bins_(bins), function_(std::move(function)) {}

    std::span<const offline::fit::Parameter> parameters() const override { return parameters_; }
    std::size_t bins() const override { return bins_; }
    void expected(std::span<const double> values, Scratch&, std::span<double> counts) const override {
        function_(values, counts);
    }

  private:
    std::vector<offline::fit::Parameter> parameters_;
    std::size_t bins_;
    Function function_;
};

// Σ value × template, with exact derivatives. One template per parameter, and a constant part.
class TemplateModel : public offline::fit::Model {
  public:
    TemplateModel(std::vector<offline::fit::Parameter> parameters, std::vector<std::vector<double>> templates,
                  std::vector<double> constant);

    std::span<const offline::fit::Parameter> parameters() const override { return parameters_; }
    std::size_t bins() const override { return constant_.size(); }
    void expected(std::span<const double> values, Scratch&, std::span<double> counts) const override;
    void derivatives(std::span<const double> values, std::span<const std::size_t> wanted,
                     std::span<const offline::fit::Parameter> parameters, Scratch& scratch,
                     std::span<double> jacobian) const override;

    const std::vector<std::vector<double>>& templates() const { return templates_; }
    const std::vector<double>& constant() const { return constant_; }

  private:
    std::vector<offline::fit::Parameter> parameters_;
    std::vector<std::vector<double>> templates_;
    std::vector<double> constant_;
};

offline::fit::Parameter free_parameter(std::string name, double start, double lower = -HUGE_VAL,
                                       double upper = HUGE_VAL);
offline::fit::Parameter pulled_parameter(std::string name, double centre, double sigma,
                                         double lower = -HUGE_VAL, double upper = HUGE_VAL);

// One bin: signal + background, "s" ≥ lowest.
TemplateModel counting_experiment(double background, double lowest = 0);

// 99 bins and 8 parameters, of the shape of a fit to arrival time and light: a signal with a norm, a width
// and an onset, three backgrounds with pulls, two pulls that bend the signal.
FunctionModel time_and_light();
// Its parameters' true values.
std::vector<double> time_and_light_truth();

// A likelihood, or the test fails.
offline::fit::Likelihood likelihood_of(const offline::fit::Model& model, std::vector<double> counts,
                                       offline::fit::Statistic statistic = offline::fit::Statistic::POISSON);

}  // namespace spillgate::tests

// A likelihood as JSON, for another program to fit: statistic, data, parameters with limits and pulls, and
// the model as a constant, one template per parameter, and pairs of parameters whose product scales a further
// template.
#pragma once

#include <array>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "offline/fit/likelihood.hpp"

namespace spillgate::tests {

// μ = constant + Σ v_p·T_p + Σ v_a·v_b·T_ab: curved, and easily written in any language.
class BilinearModel : public offline::fit::Model {
  public:
    struct Product {
        std::size_t a = 0, b = 0;
        std::vector<double> counts;
    };

    BilinearModel(std::vector<offline::fit::Parameter> parameters, std::vector<double> constant,
                  std::vector<std::vector<double>> templates, std::vector<Product> products)
        : parameters_(std::move(parameters)),
          constant_(std::move(constant)),
          templates_(std::move(templates)),
          products_(std::move(products)) {}

    std::span<const offline::fit::Parameter> parameters() const override { return parameters_; }
    std::size_t bins() const override { return constant_.size(); }
    void expected(std::span<const double> values, Scratch&, std::span<double> counts) const override;

    const std::vector<double>& constant() const { return constant_; }
    const std::vector<std::vector<double>>& templates() const { return templates_; }
    const std::vector<Product>& products() const { return products_; }

  private:
    std::vector<offline::fit::Parameter> parameters_;
    std::vector<double> constant_;
    std::vector<std::vector<double>> templates_;
    std::vector<Product> products_;
};

// {"statistic", "counts", "sigma", "parameters": [{"name", "start", "free", "lower", "upper", "pull":
// {"centre", "sigma_minus", "sigma_plus"}}]}: what does not depend on the model. Limits and pulls that there
// are not are null.
boost::json::object exported_data(const offline::fit::Likelihood& likelihood);

// That and {"constant", "templates", "products": [{"a", "b", "counts"}]}, as text.
std::string exported(const offline::fit::Likelihood& likelihood, const BilinearModel& model);

}  // namespace spillgate::tests

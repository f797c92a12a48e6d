// What can be fitted: expected counts per bin as a function of parameters. Knows nothing of what the bins
// are.
#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace spillgate::offline::fit {

// Knowledge from elsewhere: adds ((value − centre)/σ)² to χ², with sigma_minus below the centre and
// sigma_plus above it.
struct Pull {
    double centre = 0;
    double sigma_minus = 1;
    double sigma_plus = 1;
};

inline Pull symmetric_pull(double centre, double sigma) {
    return {centre, sigma, sigma};
}

struct Parameter {
    std::string name;
    std::string unit;  // empty: a pure number
    std::string description;
    double start = 0;  // the value itself, if it is not free
    double lower = -std::numeric_limits<double>::infinity();
    double upper = std::numeric_limits<double>::infinity();
    std::optional<Pull> pull;  // of a parameter that is not free: has no part in χ²
    bool free = true;
    // A change that alters the counts noticeably, of the order of the error: numerical derivatives step by a
    // thousandth of it. 0: the pull's σ, else a tenth of the start, else 1.
    double scale = 0;
};

double scale_of(const Parameter& parameter);

// The values of all parameters in order (free or not) predict the counts of all bins. Constant and safe to
// share between threads: what changes during an evaluation lives in a Scratch, one for each thread.
class Model {
  public:
    // Memory of one thread. A model with memory of its own derives from it.
    class Scratch {
      public:
        Scratch() = default;
        Scratch(const Scratch&) = delete;
        Scratch& operator=(const Scratch&) = delete;
        virtual ~Scratch() = default;

      private:
        friend class Model;
        std::vector<double> values_, counts_;  // of numerical derivatives
    };

    virtual ~Model() = default;

    virtual std::span<const Parameter> parameters() const = 0;  // in the order of values
    virtual std::size_t bins() const = 0;
    virtual std::unique_ptr<Scratch> scratch() const { return std::make_unique<Scratch>(); }

    // Fills counts[bins]. Only called with values within their parameters' limits. A bin for which these
    // values give no prediction gets NaN; NaN and negative counts make the point one that a fit avoids.
    // Allocates nothing, throws nothing.
    virtual void expected(std::span<const double> values, Scratch& scratch,
                          std::span<double> counts) const = 0;

    // Fills jacobian[wanted.size() × bins], row k the derivatives of all bins by parameter wanted[k], which
    // are in counts per unit of the parameter. By default numerical, to second order in the step and within
    // the limits: two evaluations a parameter, three at a limit. `parameters` are those of the fit: this
    // model's, perhaps with other limits.
    virtual void derivatives(std::span<const double> values, std::span<const std::size_t> wanted,
                             std::span<const Parameter> parameters, Scratch& scratch,
                             std::span<double> jacobian) const;

  private:
    void differentiate(const Parameter& parameter, std::size_t index, Scratch& scratch,
                       std::span<double> row) const;
};

}  // namespace spillgate::offline::fit

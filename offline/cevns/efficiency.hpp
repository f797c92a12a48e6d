// The efficiency for a candidate's reconstructed size (photoelectrons, or an energy).
#pragma once

#include <variant>
#include <vector>

#include "proto/result.hpp"

namespace spillgate::offline::cevns {

// max(0, a/(1 + exp(−b(x − c))) + d): CsI 2021 (arXiv:2110.07730).
struct SigmoidEfficiency {
    double a = 1, b = 1, c = 0, d = 0;
};
// a/(1 + exp(−b(x − c))), 0 below `step_begin` and half of it up to `step_end`: CsI 2017 (arXiv:1804.09459),
// 5 and 6.
struct SteppedSigmoidEfficiency {
    double a = 1, b = 1, c = 0;
    double step_begin = 0, step_end = 0;
};
// Linear between points at rising sizes; 0 below the first, the last value above the last.
struct TabulatedEfficiency {
    std::vector<double> size, efficiency;
};
// 0 below a threshold.
struct ConstantEfficiency {
    double value = 1;
    double threshold = 0;
};

using EfficiencyModel =
    std::variant<SigmoidEfficiency, SteppedSigmoidEfficiency, TabulatedEfficiency, ConstantEfficiency>;

// Parameters by parameter through those of −1σ, 0 and +1σ. Where a file's labels contradict each other: +1σ
// is the set of higher efficiency at the threshold.
SigmoidEfficiency pulled(const SigmoidEfficiency& nominal, const SigmoidEfficiency& minus,
                         const SigmoidEfficiency& plus, double pull);

class Efficiency {
  public:
    // Errors: CONFIG for a curve that exceeds 1 or is negative anywhere (a sigmoid's offset d may be
    // negative: it is clipped), for sizes that do not rise.
    static proto::Result<Efficiency> make(EfficiencyModel model);
    Efficiency() : model_(ConstantEfficiency{}) {}

    double at(double size) const;
    // Sizes where the curve jumps or bends, rising: quadrature must not cross them.
    std::vector<double> kinks() const;

  private:
    explicit Efficiency(EfficiencyModel model) : model_(std::move(model)) {}
    EfficiencyModel model_;
};

}  // namespace spillgate::offline::cevns

// What a curvature without the model's second derivatives lacks, learnt from how the gradient changed along
// each step: Powell's symmetric update, in parameters scaled to unit curvature (J. E. Dennis, D. M. Gay, R.
// E. Welsch, ACM TOMS 7 (1981) 348, for the idea of adding it to Gauss and Newton's matrix). Saves a third of
// the iterations of curved models.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace spillgate::offline::fit {

class SecantCorrection {
  public:
    explicit SecantCorrection(std::size_t n);

    void forget();
    // After a step: gradients before and after, and the matrix to correct as it is there.
    void learn(std::span<const double> step, std::span<const double> gradient_before,
               std::span<const double> gradient_after, std::span<const double> curvature);
    // corrected = curvature + what was learnt; n × n.
    void add_to(std::span<const double> curvature, std::span<double> corrected) const;

  private:
    std::size_t n_;
    std::vector<double> learnt_, missing_, scaled_step_, scale_;
};

}  // namespace spillgate::offline::fit

// The profile likelihood of one parameter: χ² against its value, all other free parameters minimised anew at
// each.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "offline/fit/minimise.hpp"

namespace spillgate::offline::fit {

struct ProfilePoint {
    double value = 0;
    std::optional<double> delta_chi2;  // above the best fit; absent: no fit there
    std::vector<double> values;        // of all parameters there
    bool others_at_limit = false;
};

struct Profile {
    std::size_t parameter = 0;
    std::vector<ProfilePoint> points;  // in the order of the grid
    // A point lower than the best fit by more than 10⁻³: the best fit was none, and every Δχ² is too large.
    bool below_best_fit = false;
    bool interrupted = false;  // points that were not reached have no Δχ²
    bool complete() const;     // every point has its Δχ²
};

// χ² minimised with one parameter held, each time from where the last time ended: neighbouring points cost
// two or three evaluations with derivatives.
class ProfiledChi2 {
  public:
    ProfiledChi2(const Likelihood& likelihood, const Minimum& best, std::size_t parameter,
                 Workspace& workspace, const MinimiserOptions& options = {});

    // Δχ² above the best fit at this value, within the parameter's limits; nothing if the fit did not
    // converge.
    std::optional<double> at(double value);
    const Minimum& minimum() const { return minimum_; }  // of the last call
    void restart();                                      // the next call starts from the best fit
    std::size_t evaluations() const { return evaluations_; }

  private:
    const Likelihood& likelihood_;
    const Minimum& best_;
    std::size_t parameter_;
    Workspace& workspace_;
    MinimiserOptions options_;
    std::vector<std::size_t> others_;
    std::vector<double> start_, previous_;
    Minimum minimum_;
    std::size_t evaluations_ = 0;
};

// Scans a grid, from the best fit outwards. Errors REFUSED: a parameter that is not free, a grid value
// outside its limits, a best fit that did not converge.
proto::Result<Profile> profile(const Likelihood& likelihood, const Minimum& best, std::size_t parameter,
                               std::span<const double> grid, Workspace& workspace,
                               const MinimiserOptions& options = {}, const std::stop_token& stop = {});

// n ≥ 2 values from `from` to `to`, both included.
std::vector<double> grid_of(double from, double to, std::size_t n);

// Error REFUSED if the parameter is not free or the best fit did not converge: what every scan asks first.
proto::Status check_scan(const Likelihood& likelihood, const Minimum& best, std::size_t parameter);
// Error REFUSED if a value is not within the parameter's limits.
proto::Status check_grid(const Parameter& parameter, std::span<const double> grid);

}  // namespace spillgate::offline::fit

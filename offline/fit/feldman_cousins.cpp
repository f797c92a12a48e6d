#include "offline/fit/feldman_cousins.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include <fmt/format.h>

#include "offline/fit/interval_ends.hpp"
#include "offline/fit/profile.hpp"

namespace spillgate::offline::fit {

using proto::ErrorKind;

namespace {

// Differences of χ² at which two toys, or a toy and the data, count as equal: with few counts many are, and
// their order must not hang on round-off.
constexpr double equal_within = 1e-6;

class Test {
  public:
    Test(const Likelihood& likelihood, std::size_t parameter, double level, const ToyOptions& toys,
         const MinimiserOptions& options)
        : likelihood_(likelihood),
          others_(all_but(likelihood.varied(), parameter)),
          level_(level),
          toys_(toys),
          options_(options) {}

    // Toys of the model with the values that fit the data best at the tested one. False if interrupted.
    bool run(const ProfilePoint& point, std::uint64_t number, TestedValue& tested) {
        tested.value = point.value;
        if (!point.delta_chi2) return true;
        tested.delta_chi2 = std::max(*point.delta_chi2, 0.0);
        // Toys of different values must not be the same ones.
        const auto source = ToySource::make(likelihood_, point.values, toys_.seed + (number << 40));
        if (!source) return true;
        std::vector<double> delta(toys_.toys, -1);
        const auto done =
            for_each_toy(likelihood_, *source, toys_, [&](std::uint64_t toy, ToyWorker& worker) {
                delta[toy] = delta_chi2(worker, point.values).value_or(-1);
            });
        if (done < toys_.toys) return false;
        const auto failed = std::remove(delta.begin(), delta.end(), -1.0);
        tested.not_converged = static_cast<std::uint64_t>(delta.end() - failed);
        delta.erase(failed, delta.end());
        tested.valid = 10 * tested.not_converged <= toys_.toys;
        judge(delta, tested);
        return true;
    }

  private:
    // Both fits start from where the toy was made; whichever of their minima is lower bounds the other.
    std::optional<double> delta_chi2(ToyWorker& worker, std::span<const double> truth) const {
        auto& workspace = worker.workspace;
        const auto held = minimise(worker.likelihood, truth, others_, workspace, options_);
        const auto free =
            minimise(worker.likelihood, held.values, worker.likelihood.varied(), workspace, options_);
        if (!held.converged || !free.converged) return std::nullopt;
        return std::max(held.chi2 - free.chi2, 0.0);
    }

    void judge(std::vector<double>& delta, TestedValue& tested) const {
        if (delta.empty()) return;
        std::sort(delta.begin(), delta.end());
        const auto n = static_cast<double>(delta.size());
        // The smallest Δχ² that at least the fraction `level` of toys does not exceed.
        const auto ranked = [&](double rank) {
            const double index = std::clamp(std::ceil(rank - 1e-9) - 1, 0.0, n - 1);
            return delta[static_cast<std::size_t>(index)];
        };
        const double spread = std::sqrt(n * level_ * (1 - level_));
        tested.critical = ranked(n * level_);
        tested.critical_low = ranked(n * level_ - spread);
        tested.critical_high = ranked(n * level_ + spread);
        const auto above = std::lower_bound(delta.begin(), delta.end(), tested.delta_chi2 - equal_within);
        tested.p_value = {static_cast<std::uint64_t>(delta.end() - above), delta.size()};
        const auto within = [&](double critical) { return tested.delta_chi2 <= critical + equal_within; };
        tested.accepted = tested.valid && within(tested.critical);
        tested.certain = within(tested.critical_low) == within(tested.critical_high);
    }

    const Likelihood& likelihood_;
    std::vector<std::size_t> others_;
    double level_;
    const ToyOptions& toys_;
    const MinimiserOptions& options_;
};

proto::Status check(std::span<const double> grid, double level, const ToyOptions& toys) {
    if (!(level > 0 && level < 1))
        return proto::error(ErrorKind::REFUSED,
                            fmt::format("confidence level {}: it lies between 0 and 1", level));
    if (toys.toys < 10)
        return proto::error(ErrorKind::REFUSED, fmt::format("{} toys are too few", toys.toys));
    if (grid.empty() || std::adjacent_find(grid.begin(), grid.end(), std::greater_equal<>()) != grid.end())
        return proto::error(ErrorKind::REFUSED, "the values to test do not ascend");
    return {};
}

}  // namespace

proto::Result<FeldmanCousins> feldman_cousins(const Likelihood& likelihood, const Minimum& best,
                                              std::size_t parameter, std::span<const double> grid,
                                              double level, const ToyOptions& toys,
                                              const MinimiserOptions& options) {
    if (auto fine = check(grid, level, toys); !fine) return fine.error();
    Workspace workspace(likelihood);
    const auto scanned = profile(likelihood, best, parameter, grid, workspace, options);
    if (!scanned) return scanned.error();
    if (const auto source = ToySource::make(likelihood, best.values, toys.seed); !source)
        return source.error();
    ToyOptions each = toys;
    std::uint64_t before = 0;
    if (toys.parallel.progress)
        each.parallel.progress = [&](std::uint64_t done, std::uint64_t) {
            toys.parallel.progress(before + done, grid.size() * toys.toys);
        };
    FeldmanCousins found;
    found.parameter = parameter;
    found.level = level;
    Test test(likelihood, parameter, level, each, options);
    for (std::size_t i = 0; i < grid.size(); ++i, before += toys.toys) {
        TestedValue tested;
        if (!test.run(scanned->points[i], i, tested)) {
            found.interrupted = true;
            break;
        }
        found.tested.push_back(tested);
    }
    found.intervals = accepted_intervals(found.tested);
    return found;
}

}  // namespace spillgate::offline::fit

#include "offline/fit/minimise.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "offline/fit/fisher_scoring.hpp"
#include "offline/fit/simplex_search.hpp"

namespace spillgate::offline::fit {

namespace {

// The k-th number of van der Corput's sequence in this base, in (0, 1): points that fill a space evenly.
double van_der_corput(unsigned k, unsigned base) {
    double number = 0;
    for (double digit = 1.0 / base; k > 0; k /= base, digit /= base)
        number += digit * (k % base);
    return number;
}

class Minimiser {
  public:
    Minimiser(const Likelihood& likelihood, std::span<const double> start,
              std::span<const std::size_t> varied, Workspace& workspace, const MinimiserOptions& options)
        : likelihood_(likelihood),
          start_(start.begin(), start.end()),
          varied_(varied),
          workspace_(workspace),
          options_(options),
          scoring_(likelihood, varied, workspace) {
        for (const auto i : varied_)
            start_[i] = within_limits(i, start_[i]);
        best_.chi2 = std::numeric_limits<double>::infinity();
        best_.values = start_;
    }

    Minimum find() {
        auto values = start_;
        score(values);
        for (unsigned k = 1; k < options_.starts; ++k) {
            spread(values, k);
            score(values);
        }
        if (!best_.converged && options_.fallback && !varied_.empty()) fall_back();
        note_limits();
        return std::move(best_);
    }

  private:
    double within_limits(std::size_t i, double value) const {
        const auto& parameter = likelihood_.parameters()[i];
        return std::clamp(value, parameter.lower, parameter.upper);
    }

    // The k-th further start: within two σ of a pull, within limits if there are two, else within four
    // scales.
    void spread(std::vector<double>& values, unsigned k) const {
        static constexpr unsigned bases[] = {2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37};
        values = start_;
        for (std::size_t v = 0; v < varied_.size(); ++v) {
            const auto& parameter = likelihood_.parameters()[varied_[v]];
            const double u = van_der_corput(k, bases[v % std::size(bases)]);
            double from = parameter.lower;
            double to = parameter.upper;
            if (parameter.pull) {
                const double centre = likelihood_.observed().centres[varied_[v]];
                from = centre - 2 * parameter.pull->sigma_minus;
                to = centre + 2 * parameter.pull->sigma_plus;
            } else if (!std::isfinite(to - from)) {
                from = start_[varied_[v]] - 4 * scale_of(parameter);
                to = start_[varied_[v]] + 4 * scale_of(parameter);
            }
            values[varied_[v]] = within_limits(varied_[v], from + u * (to - from));
        }
    }

    void score(std::vector<double>& values) {
        const auto outcome = scoring_.run(values, options_);
        best_.evaluations += outcome.evaluations + outcome.derivatives;
        best_.derivatives += outcome.derivatives;
        // A minimum beats a lower point that is none only if that may be round-off: there it would go on
        // down.
        const bool lower = outcome.chi2 < best_.chi2;
        const bool equal = outcome.chi2 <= best_.chi2 + 1e-6;
        const bool stalled_at_round_off = outcome.possible_fall < 1e-5;
        const bool converged = outcome.converged || stalled_at_round_off;
        if (!lower && !(equal && converged && !best_.converged)) return;
        best_.values = values;
        best_.chi2 = outcome.chi2;
        best_.converged = converged;
    }

    // Where predictions end, χ² may end on a slope: that is no minimum.
    bool predicted_around(std::vector<double> values) {
        for (const auto i : varied_) {
            const double here = values[i];
            for (const double sign : {-1.0, 1.0}) {
                values[i] = within_limits(i, here + sign * 1e-4 * scale_of(likelihood_.parameters()[i]));
                ++best_.evaluations;
                if (!likelihood_.chi2(values, workspace_)) return false;
            }
            values[i] = here;
        }
        return true;
    }

    // The simplex goes on from the best point and, if that is not a minimum by then, from spread ones. What
    // it finds counts as converged if Fisher scoring agrees, or if a second, narrower simplex finds nothing
    // lower: at a kink of χ² there is a minimum without a vanishing gradient.
    void fall_back() {
        best_.used_fallback = true;
        const std::size_t most =
            options_.fallback_evaluations > 0 ? options_.fallback_evaluations : 400 + 200 * varied_.size();
        auto values = best_.values;
        for (unsigned k = 0; k < 4 && !best_.converged; ++k) {
            if (k > 0) spread(values, k);
            const auto wide = simplex(values, 1, most);
            const auto narrow = simplex(values, 0.1, most);
            const bool settled = wide.settled && narrow.settled && wide.chi2 - narrow.chi2 < 1e-5;
            take(values, narrow.chi2, settled && predicted_around(values));
            score(values);
        }
    }

    SimplexOutcome simplex(std::vector<double>& values, double steps, std::size_t most) {
        const auto outcome = simplex_search(likelihood_, varied_, values, steps, most, workspace_);
        best_.evaluations += outcome.evaluations;
        return outcome;
    }

    void take(const std::vector<double>& values, double chi2, bool converged) {
        if (!(chi2 <= best_.chi2)) return;
        best_.values = values;
        best_.chi2 = chi2;
        best_.converged = converged;
    }

    // A simplex comes close to a limit without reaching it.
    void note_limits() {
        const auto parameters = likelihood_.parameters();
        best_.at_limit.assign(parameters.size(), Limit::NONE);
        for (const auto i : varied_) {
            const double close = 1e-6 * scale_of(parameters[i]);
            if (best_.values[i] <= parameters[i].lower + close) best_.at_limit[i] = Limit::LOWER;
            if (best_.values[i] >= parameters[i].upper - close) best_.at_limit[i] = Limit::UPPER;
        }
    }

    const Likelihood& likelihood_;
    std::vector<double> start_;
    std::span<const std::size_t> varied_;
    Workspace& workspace_;
    const MinimiserOptions& options_;
    FisherScoring scoring_;
    Minimum best_;
};

}  // namespace

bool Minimum::any_at_limit() const {
    return std::any_of(at_limit.begin(), at_limit.end(), [](Limit limit) { return limit != Limit::NONE; });
}

Minimum minimise(const Likelihood& likelihood, std::span<const double> start,
                 std::span<const std::size_t> varied, Workspace& workspace, const MinimiserOptions& options) {
    return Minimiser(likelihood, start, varied, workspace, options).find();
}

Minimum minimise(const Likelihood& likelihood, Workspace& workspace, const MinimiserOptions& options) {
    return minimise(likelihood, likelihood.start(), likelihood.varied(), workspace, options);
}

std::vector<std::size_t> all_but(std::span<const std::size_t> varied, std::size_t held) {
    std::vector<std::size_t> others;
    others.reserve(varied.size());
    for (const auto i : varied)
        if (i != held) others.push_back(i);
    return others;
}

}  // namespace spillgate::offline::fit

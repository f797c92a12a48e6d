#include "offline/calibration/spe_fit.hpp"

#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include <boost/numeric/ublas/lu.hpp>
#include <boost/numeric/ublas/matrix.hpp>
#include <fmt/format.h>
#include <nlopt.hpp>

namespace spillgate::offline {

namespace {

namespace ublas = boost::numeric::ublas;

// Parameters in units of their scale, so that all are of order one.
enum Index : std::size_t { PEDESTAL, DECAY, ONE, CHARGE, WIDTH, TWO, THREE, COUNT };
using Values = std::array<double, COUNT>;

double gaussian(double q, double mean, double sigma) {
    const double z = (q - mean) / sigma;
    return std::exp(-0.5 * z * z) / (sigma * std::sqrt(2 * std::numbers::pi));
}

double gamma_density(double q, double shape, double mean) {
    if (q <= 0) return 0;
    const double x = shape * q / mean;
    return std::exp((shape - 1) * std::log(x) - x - std::lgamma(shape)) * shape / mean;
}

double density(double q, const Values& p, SpeShape shape, double min_adc) {
    double sum = p[PEDESTAL] / p[DECAY] * std::exp(-(q - min_adc) / p[DECAY]);
    const std::array<double, 3> entries{p[ONE], p[TWO], p[THREE]};
    for (std::size_t n = 1; n <= entries.size(); ++n) {
        if (entries[n - 1] == 0) continue;
        const auto pe = static_cast<double>(n);
        sum += entries[n - 1] * (shape == SpeShape::GAUSSIAN
                                     ? gaussian(q, pe * p[CHARGE], std::sqrt(pe) * p[WIDTH])
                                     : gamma_density(q, pe * (p[WIDTH] + 1), pe * p[CHARGE]));
    }
    return sum;
}

class SpeFit {
  public:
    SpeFit(const ChargeSpectrum& spectrum, const SpeFitOptions& options) : options_(options) {
        width_ = spectrum.bin_adc;
        for (std::size_t bin = 0; bin < spectrum.counts.size(); ++bin) {
            const double q = spectrum.centre(bin);
            if (q < options.min_adc || q >= options.max_adc) continue;
            charges_.push_back(q);
            counts_.push_back(static_cast<double>(spectrum.counts[bin]));
            entries_ += spectrum.counts[bin];
        }
        const auto n = static_cast<double>(entries_);
        const double q = options.start_adc;
        const bool is_gaussian = options.shape == SpeShape::GAUSSIAN;
        scale_ = {n, q, n, q, is_gaussian ? q : 1.0, n, n};
        lowest_ = {0, 0.01, 0, 0.1, 0.02, 0, 0};
        highest_ = {2, 20, 2, 10, is_gaussian ? 3.0 : 100.0, 2, 2};
        best_ = {0.2, 0.15, 0.75, 1, is_gaussian ? 0.4 : 3.0, 0.04, 0.01};
    }

    std::uint64_t entries() const { return entries_; }
    std::size_t bins() const { return charges_.size(); }
    double chi2() const { return chi2_; }
    double value(Index i) const { return best_[i] * scale_[i]; }
    double error(Index i) const { return errors_[i] * scale_[i]; }
    bool varied(Index i) const { return varied_[i]; }
    std::size_t varied_count() const {
        return static_cast<std::size_t>(std::count(varied_.begin(), varied_.end(), true));
    }

    // The simplex finds the valley from any of three starts, the gradient method its bottom.
    void minimise() {
        const Values start = best_;
        chi2_ = HUGE_VAL;
        for (const auto& [pedestal, decay] : {std::pair{0.2, 0.15}, {0.5, 0.05}, {0.02, 0.5}}) {
            std::vector<double> p(start.begin(), start.end());
            p[PEDESTAL] = pedestal;
            p[DECAY] = decay;
            for (const auto algorithm : {nlopt::LN_SBPLX, nlopt::LD_SLSQP, nlopt::LN_SBPLX})
                improve(algorithm, p);
        }
    }

    // False if the second derivatives at the minimum are not those of one.
    bool find_errors() {
        for (std::size_t i = 0; i < COUNT; ++i)
            varied_[i] = best_[i] > lowest_[i] + 1e-6 && best_[i] < highest_[i] * (1 - 1e-6);
        // Without a pedestal its decay means nothing.
        varied_[DECAY] = varied_[DECAY] && varied_[PEDESTAL];
        if (invert()) return true;
        varied_[PEDESTAL] = varied_[DECAY] = false;
        return invert();
    }

  private:
    double chi2_of(const Values& scaled) const {
        Values p;
        for (std::size_t i = 0; i < COUNT; ++i)
            p[i] = scaled[i] * scale_[i];
        double sum = 0;
        for (std::size_t i = 0; i < charges_.size(); ++i) {
            const double expected =
                std::max(1e-9, width_ * density(charges_[i], p, options_.shape, options_.min_adc));
            sum += expected - counts_[i];
            if (counts_[i] > 0) sum += counts_[i] * std::log(counts_[i] / expected);
        }
        return 2 * sum;
    }

    double step(std::size_t i, const Values& p) const { return 1e-4 * std::max(std::abs(p[i]), 0.01); }

    double with_gradient(const std::vector<double>& point, std::vector<double>& gradient) const {
        Values p;
        std::copy(point.begin(), point.end(), p.begin());
        for (std::size_t i = 0; i < gradient.size(); ++i) {
            Values up = p, down = p;
            up[i] = std::min(p[i] + step(i, p), highest_[i]);
            down[i] = std::max(p[i] - step(i, p), lowest_[i]);
            gradient[i] = (chi2_of(up) - chi2_of(down)) / (up[i] - down[i]);
        }
        return chi2_of(p);
    }

    void improve(nlopt::algorithm algorithm, std::vector<double>& p) {
        nlopt::opt optimizer(algorithm, COUNT);
        optimizer.set_lower_bounds({lowest_.begin(), lowest_.end()});
        optimizer.set_upper_bounds({highest_.begin(), highest_.end()});
        optimizer.set_min_objective(
            [](const std::vector<double>& point, std::vector<double>& gradient, void* self) {
                return static_cast<const SpeFit*>(self)->with_gradient(point, gradient);
            },
            this);
        optimizer.set_ftol_abs(1e-7);
        optimizer.set_xtol_rel(1e-9);
        optimizer.set_maxeval(4000);
        double chi2 = 0;
        try {
            optimizer.optimize(p, chi2);
        } catch (const std::exception&) {
            // Round-off at the minimum ends the gradient method this way; p is its best point.
        }
        Values reached;
        std::copy(p.begin(), p.end(), reached.begin());
        chi2 = chi2_of(reached);
        if (!(chi2 < chi2_)) return;
        chi2_ = chi2;
        best_ = reached;
    }

    // Errors are the square roots of the diagonal of 2·H⁻¹, H the second derivatives of χ².
    bool invert() {
        std::vector<std::size_t> free;
        for (std::size_t i = 0; i < COUNT; ++i)
            if (varied_[i]) free.push_back(i);
        errors_ = {};
        const auto n = free.size();
        if (n == 0 || !varied_[CHARGE]) return false;
        ublas::matrix<double> hessian(n, n);
        for (std::size_t a = 0; a < n; ++a)
            for (std::size_t b = 0; b <= a; ++b)
                hessian(a, b) = hessian(b, a) = second_derivative(free[a], free[b]);
        ublas::permutation_matrix<std::size_t> permutation(n);
        ublas::matrix<double> inverse = ublas::identity_matrix<double>(n);
        if (ublas::lu_factorize(hessian, permutation) != 0) return false;
        ublas::lu_substitute(hessian, permutation, inverse);
        for (std::size_t a = 0; a < n; ++a) {
            if (!(inverse(a, a) > 0) || !std::isfinite(inverse(a, a))) return false;
            errors_[free[a]] = std::sqrt(2 * inverse(a, a));
        }
        return true;
    }

    double second_derivative(std::size_t a, std::size_t b) const {
        const auto at = [&](double da, double db) {
            Values p = best_;
            p[a] += da;
            p[b] += db;
            return chi2_of(p);
        };
        const double ha = 10 * step(a, best_);
        const double hb = 10 * step(b, best_);
        if (a == b) return (at(ha, 0) - 2 * chi2_of(best_) + at(-ha, 0)) / (ha * ha);
        return (at(ha, hb) - at(ha, -hb) - at(-ha, hb) + at(-ha, -hb)) / (4 * ha * hb);
    }

    SpeFitOptions options_;
    double width_ = 1;
    std::vector<double> charges_;
    std::vector<double> counts_;
    std::uint64_t entries_ = 0;
    Values scale_{}, lowest_{}, highest_{}, best_{}, errors_{};
    std::array<bool, COUNT> varied_{};
    double chi2_ = HUGE_VAL;
};

void set(wire::SpeParameter& parameter, const SpeFit& fit, Index index) {
    parameter.set_value(fit.value(index));
    parameter.set_error(fit.varied(index) ? fit.error(index) : 0);
}

}  // namespace

double spe_density(double q, const wire::SpeSliceFit& fit, SpeShape shape, double min_adc) {
    return density(q,
                   {fit.pedestal_entries().value(), fit.pedestal_decay_adc().value(),
                    fit.one_pe_entries().value(), fit.spe_charge_adc().value(), fit.width().value(),
                    fit.two_pe_entries().value(), fit.three_pe_entries().value()},
                   shape, min_adc);
}

wire::SpeSliceFit fit_spe(const ChargeSpectrum& spectrum, const SpeFitOptions& options) {
    wire::SpeSliceFit result;
    SpeFit fit(spectrum, options);
    result.set_entries(fit.entries());
    if (fit.entries() < options.min_entries || fit.bins() <= COUNT) {
        result.set_problem(fmt::format("{} pulses in {} bins; needed: {} in more than {}", fit.entries(),
                                       fit.bins(), options.min_entries, static_cast<int>(COUNT)));
        return result;
    }
    fit.minimise();
    const bool has_errors = fit.find_errors();
    set(*result.mutable_pedestal_entries(), fit, PEDESTAL);
    set(*result.mutable_pedestal_decay_adc(), fit, DECAY);
    set(*result.mutable_one_pe_entries(), fit, ONE);
    set(*result.mutable_spe_charge_adc(), fit, CHARGE);
    set(*result.mutable_width(), fit, WIDTH);
    set(*result.mutable_two_pe_entries(), fit, TWO);
    set(*result.mutable_three_pe_entries(), fit, THREE);
    result.set_chi2(fit.chi2());
    result.set_ndof(static_cast<std::uint32_t>(fit.bins() - fit.varied_count()));
    result.set_fitted(has_errors);
    if (!has_errors)
        result.set_problem(
            "the likelihood has no minimum inside the bounds: the SPE charge is not determined");
    return result;
}

}  // namespace spillgate::offline

#include "offline/calibration/spe_fit.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include <fmt/format.h>

#include "offline/calibration/likelihood_minimum.hpp"

namespace spillgate::offline {

namespace {

// Parameters in units of their scale, so that all are of order one. In the minimum TWO and THREE are
// fractions of ONE.
enum Index : std::size_t { PEDESTAL, DECAY, ONE, CHARGE, WIDTH, TWO, THREE, COUNT };
using Values = std::array<double, COUNT>;

// Several PE make a pulse less often than one does. If as many could, the spectrum would not say how many: n
// PE of charge Q/n look like one of Q.
constexpr double most_of_two = 0.5;
constexpr double most_of_three = most_of_two * most_of_two;

// Expected entries per unit of charge; what does not depend on the charge is worked out once.
class Density {
  public:
    Density(const Values& p, SpeShape shape, double min_adc)
        : shape_(shape), min_adc_(min_adc), decay_(p[DECAY]), pedestal_(p[PEDESTAL] / p[DECAY]) {
        const std::array<double, 3> entries{p[ONE], p[TWO], p[THREE]};
        for (std::size_t i = 0; i < entries.size(); ++i) {
            const auto n = static_cast<double>(i + 1);
            const double mean = n * p[CHARGE];
            if (shape == SpeShape::GAUSSIAN) {
                const double sigma = std::sqrt(n) * p[WIDTH];
                terms_[i] = {entries[i] / (sigma * std::sqrt(2 * std::numbers::pi)), mean, sigma, 0};
            } else {
                const double k = n * (p[WIDTH] + 1);
                terms_[i] = {entries[i], k - 1, k / mean, k * std::log(k / mean) - std::lgamma(k)};
            }
        }
    }

    double at(double q) const {
        double sum = pedestal_ * std::exp(-(q - min_adc_) / decay_);
        if (shape_ == SpeShape::POLYA && q <= 0) return sum;
        const double log_q = shape_ == SpeShape::POLYA ? std::log(q) : 0;
        for (const auto& [factor, a, b, c] : terms_) {
            if (factor == 0) continue;
            const double z = (q - a) / b;  // of a gaussian
            sum += factor * std::exp(shape_ == SpeShape::GAUSSIAN ? -0.5 * z * z : a * log_q - b * q + c);
        }
        return sum;
    }

  private:
    // Gaussian: mean a and sigma b. Gamma distribution: q^a·exp(−b·q + c).
    struct Term {
        double factor = 0, a = 0, b = 1, c = 0;
    };
    SpeShape shape_;
    double min_adc_, decay_, pedestal_;
    std::array<Term, 3> terms_;
};

class SpeFit {
  public:
    SpeFit(const ChargeSpectrum& spectrum, const SpeFitOptions& options)
        : options_(options),
          scale_(scale_of(spectrum, options)),
          minimum_([this](const std::vector<double>& scaled) { return chi2_of(scaled); },
                   {0, 0.01, 0, 0.1, 0.02, 0, 0}, highest(options.shape)) {
        width_ = spectrum.bin_adc;
        for (std::size_t bin = 0; bin < spectrum.counts.size(); ++bin) {
            const double q = spectrum.centre(bin);
            if (q < options.min_adc || q >= options.max_adc) continue;
            charges_.push_back(q);
            counts_.push_back(static_cast<double>(spectrum.counts[bin]));
        }
    }
    SpeFit(const SpeFit&) = delete;
    SpeFit& operator=(const SpeFit&) = delete;

    std::uint64_t entries() const { return static_cast<std::uint64_t>(scale_[ONE]); }
    std::size_t bins() const { return charges_.size(); }
    double chi2() const { return minimum_.chi2(); }
    double value(Index i) const { return natural(minimum_.best())[i]; }
    double error(Index i) const {
        if (i == CHARGE) return charge_error_ * scale_[i];
        if (i != TWO && i != THREE) return minimum_.errors()[i] * scale_[i];
        if (!varied_[i]) return 0;
        std::vector<double> gradient(COUNT, 0);
        gradient[i] = minimum_.best()[ONE];
        gradient[ONE] = minimum_.best()[i];
        return minimum_.error_of(gradient) * scale_[ONE];
    }
    std::size_t varied_count() const {
        return static_cast<std::size_t>(std::count(varied_.begin(), varied_.end(), true));
    }

    void minimise() {
        const double width = options_.shape == SpeShape::GAUSSIAN ? 0.4 : 3.0;
        for (const auto& [pedestal, decay] : {std::pair{0.2, 0.15}, {0.5, 0.05}, {0.02, 0.5}})
            minimum_.minimise({pedestal, decay, 0.75, 1, width, 0.05, 0.01});
    }

    // False if the minimum is none, or the charge is not bounded by it.
    bool find_errors() {
        auto with_pedestal = minimum_.best();
        with_pedestal[PEDESTAL] = std::max(with_pedestal[PEDESTAL], 0.05);
        with_pedestal[DECAY] = 0.3;
        with_pedestal[TWO] = std::max(with_pedestal[TWO], 0.02);
        const auto charge_error = minimum_.half_interval(CHARGE, with_pedestal);
        if (!charge_error || minimum_.best()[TWO] > 0.999 * most_of_two) return false;
        charge_error_ = *charge_error;
        for (std::size_t i = 0; i < COUNT; ++i)
            varied_[i] = minimum_.inside_bounds(i);
        // Without a pedestal its decay means nothing.
        varied_[DECAY] = varied_[DECAY] && varied_[PEDESTAL];
        if (varied_[CHARGE] && minimum_.find_errors(varied_)) return true;
        varied_[PEDESTAL] = varied_[DECAY] = false;
        return varied_[CHARGE] && minimum_.find_errors(varied_);
    }

  private:
    static Values scale_of(const ChargeSpectrum& spectrum, const SpeFitOptions& options) {
        std::uint64_t entries = 0;
        for (std::size_t bin = 0; bin < spectrum.counts.size(); ++bin)
            if (const double q = spectrum.centre(bin); q >= options.min_adc && q < options.max_adc)
                entries += spectrum.counts[bin];
        const auto n = static_cast<double>(entries);
        const double q = options.start_adc;
        return {n, q, n, q, options.shape == SpeShape::GAUSSIAN ? q : 1.0, 1, 1};
    }

    static std::vector<double> highest(SpeShape shape) {
        return {2, 20, 2, 10, shape == SpeShape::GAUSSIAN ? 3.0 : 100.0, most_of_two, most_of_three};
    }

    Values natural(const std::vector<double>& scaled) const {
        Values p;
        for (std::size_t i = 0; i < COUNT; ++i)
            p[i] = scaled[i] * scale_[i];
        p[TWO] *= p[ONE];
        p[THREE] *= p[ONE];
        return p;
    }

    double chi2_of(const std::vector<double>& scaled) const {
        const Density density(natural(scaled), options_.shape, options_.min_adc);
        double sum = 0;
        for (std::size_t i = 0; i < charges_.size(); ++i) {
            const double expected = std::max(1e-9, width_ * density.at(charges_[i]));
            sum += expected - counts_[i];
            if (counts_[i] > 0) sum += counts_[i] * std::log(counts_[i] / expected);
        }
        return 2 * sum;
    }

    SpeFitOptions options_;
    double width_ = 1;
    std::vector<double> charges_;
    std::vector<double> counts_;
    Values scale_;
    LikelihoodMinimum minimum_;
    double charge_error_ = 0;
    std::vector<bool> varied_ = std::vector<bool>(COUNT, false);
};

void set(wire::FitParameter& parameter, const SpeFit& fit, Index index) {
    parameter.set_value(fit.value(index));
    parameter.set_error(fit.error(index));
}

// What was fitted goes with the fit, so that it can be looked at later.
void store_counts(const ChargeSpectrum& spectrum, const SpeFitOptions& options, wire::SpeSliceFit& result) {
    result.set_bin_adc(spectrum.bin_adc);
    for (std::size_t bin = 0; bin < spectrum.counts.size(); ++bin) {
        const double q = spectrum.centre(bin);
        if (q < options.min_adc || q >= options.max_adc) continue;
        if (result.counts().empty()) result.set_first_bin(static_cast<std::uint32_t>(bin));
        result.add_counts(spectrum.counts[bin]);
    }
}

}  // namespace

SpeFitOptions spe_fit_around(double charge_adc) {
    SpeFitOptions options;
    options.start_adc = charge_adc;
    options.min_adc = 0.5 * charge_adc;
    options.max_adc = 5 * charge_adc;
    return options;
}

double spe_density(double q, const wire::SpeSliceFit& fit, SpeShape shape, double min_adc) {
    const Values p{fit.pedestal_entries().value(),
                   fit.pedestal_decay_adc().value(),
                   fit.one_pe_entries().value(),
                   fit.spe_charge_adc().value(),
                   fit.width().value(),
                   fit.two_pe_entries().value(),
                   fit.three_pe_entries().value()};
    return Density(p, shape, min_adc).at(q);
}

wire::SpeSliceFit fit_spe(const ChargeSpectrum& spectrum, const SpeFitOptions& options) {
    wire::SpeSliceFit result;
    SpeFit fit(spectrum, options);
    result.set_entries(fit.entries());
    store_counts(spectrum, options, result);
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

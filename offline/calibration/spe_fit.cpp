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
    double value(Index i) const { return minimum_.best()[i] * scale_[i]; }
    double error(Index i) const { return minimum_.errors()[i] * scale_[i]; }
    std::size_t varied_count() const {
        return static_cast<std::size_t>(std::count(varied_.begin(), varied_.end(), true));
    }

    void minimise() {
        const double width = options_.shape == SpeShape::GAUSSIAN ? 0.4 : 3.0;
        for (const auto& [pedestal, decay] : {std::pair{0.2, 0.15}, {0.5, 0.05}, {0.02, 0.5}})
            minimum_.minimise({pedestal, decay, 0.75, 1, width, 0.04, 0.01});
    }

    // False if the second derivatives at the minimum are not those of one.
    bool find_errors() {
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
        return {n, q, n, q, options.shape == SpeShape::GAUSSIAN ? q : 1.0, n, n};
    }

    static std::vector<double> highest(SpeShape shape) {
        return {2, 20, 2, 10, shape == SpeShape::GAUSSIAN ? 3.0 : 100.0, 2, 2};
    }

    double chi2_of(const std::vector<double>& scaled) const {
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

    SpeFitOptions options_;
    double width_ = 1;
    std::vector<double> charges_;
    std::vector<double> counts_;
    Values scale_;
    LikelihoodMinimum minimum_;
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

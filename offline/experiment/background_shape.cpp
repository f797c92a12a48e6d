#include "offline/experiment/background_shape.hpp"

#include <cmath>
#include <numeric>

#include <boost/math/tools/minima.hpp>
#include <fmt/format.h>

#include "offline/cevns/efficiency.hpp"
#include "offline/experiment/arrival_fractions.hpp"
#include "offline/experiment/histogram_table.hpp"

namespace spillgate::offline {

namespace {

using proto::error;
using proto::ErrorKind;
using proto::Result;
using Bins = std::vector<double>;

double sum_of(const Bins& bins) {
    return std::accumulate(bins.begin(), bins.end(), 0.0);
}

// The product of a part per size bin and a part per time bin; F90 is not among what factorises.
Bins product(const Axes& axes, const Bins& size, const Bins& time) {
    Bins out(axes.bins(), 0);
    for (std::size_t s = 0; s < axes.size.bins(); ++s)
        for (std::size_t f = 0; f < axes.f90_bins(); ++f)
            for (std::size_t t = 0; t < axes.t_rec.bins(); ++t)
                out[axes.index(s, f, t)] = size[s] * time[t] / static_cast<double>(axes.f90_bins());
    return out;
}

Bins size_projection(const Axes& axes, const Bins& counts) {
    Bins out(axes.size.bins(), 0);
    for (std::size_t i = 0; i < counts.size(); ++i)
        out[i / (axes.f90_bins() * axes.t_rec.bins())] += counts[i];
    return out;
}

Bins time_projection(const Axes& axes, const Bins& counts) {
    Bins out(axes.t_rec.bins(), 0);
    for (std::size_t i = 0; i < counts.size(); ++i)
        out[i % axes.t_rec.bins()] += counts[i];
    return out;
}

// ∫ exp(−slope·x) over each bin; a bin without end gets everything.
Bins exponential_bins(const Axis& axis, double slope) {
    Bins out(axis.bins(), 1);
    for (std::size_t i = 0; std::isfinite(axis.edges.front()) && i < out.size(); ++i) {
        const double low = axis.edges[i], high = axis.edges[i + 1];
        out[i] =
            slope == 0 ? high - low : -std::exp(-slope * low) * std::expm1(-slope * (high - low)) / slope;
    }
    return out;
}

// The slope of the exponential that counts in these bins are most likely to come from, per unit of the axis.
// Their log-likelihood, Σ n log p, has one maximum: its derivative by the slope is that of the mean t.
double fitted_slope(const Axis& axis, const Bins& counts) {
    if (!std::isfinite(axis.edges.front()) || axis.bins() < 2) return 0;
    const double steepest = 50 / (axis.edges.back() - axis.edges.front());
    const auto deviance = [&](double slope) {
        const Bins shape = exponential_bins(axis, slope);
        const double all = sum_of(shape);
        double sum = 0;
        for (std::size_t i = 0; i < counts.size(); ++i)
            if (counts[i] > 0) sum -= counts[i] * std::log(shape[i] / all);
        return sum;
    };
    constexpr int bits = 26;  // a minimum is known to half of a double's digits
    return boost::math::tools::brent_find_minima(deviance, -steepest, steepest, bits).first;
}

Bins normalised(Bins bins) {
    const double sum = sum_of(bins);
    for (auto& bin : bins)
        bin /= sum;
    return bins;
}

Result<HistogramTable> read_histogram(const config::NumberTable& table, const DataFolder& folder) {
    const auto rows = folder.read(table, 2);
    if (!rows) return rows.error();
    return histogram_of(*rows);
}

// The curve of an efficiency over the size itself, for a distribution that does not hold it yet.
Result<cevns::Efficiency> size_efficiency(const config::DetectorResponse& response) {
    const auto& curve = response.efficiency();
    if (curve.has_stepped_logistic()) {
        const auto& c = curve.stepped_logistic();
        return cevns::Efficiency::make(
            cevns::SteppedSigmoidEfficiency{c.a(), c.b(), c.c(), c.none_below(), c.half_below()});
    }
    if (curve.has_logistic()) {
        const auto& c = curve.logistic().nominal();
        return cevns::Efficiency::make(cevns::SigmoidEfficiency{c.a(), c.b(), c.c(), c.d()});
    }
    return error(ErrorKind::CONFIG,
                 "a background that needs the efficiency wants a logistic or stepped_logistic one");
}

Result<Bins> separable(const config::SeparableShape& config, const config::Experiment& experiment,
                       const Axes& axes, const DataFolder& folder) {
    auto size = read_histogram(config.size(), folder);
    if (!size) return size.error();
    if (config.size_needs_efficiency()) {
        const auto efficiency = size_efficiency(experiment.response());
        if (!efficiency) return efficiency.error();
        *size = scaled(*size, [&](double x) { return efficiency->at(x); });
    }
    auto time = read_histogram(config.t_rec_us(), folder);
    if (!time) return time.error();
    if (config.time_needs_efficiency()) {
        const auto efficiency = time_efficiency_of(experiment.response());
        *time = scaled(*time, [&](double t_us) { return efficiency.at(1000 * t_us); });
    }
    Bins size_bins = rebinned(*size, axes.size.edges);
    const double all = config.has_size_normalised_below() ? sum_below(*size, config.size_normalised_below())
                                                          : sum_of(size_bins);
    for (auto& bin : size_bins)
        bin /= all;
    return product(axes, size_bins, normalised(rebinned(*time, axes.t_rec.edges)));
}

Result<Bins> steady_state(const config::SteadyState& config, const Axes& axes,
                          const AntiCoincidence* anti_coincidence) {
    if (anti_coincidence == nullptr)
        return error(ErrorKind::CONFIG,
                     "its shape is that of the anti-coincident counts, and there are none: released ones, or "
                     "those of spectra that --spectra names");
    const auto& counts = anti_coincidence->counts;
    Bins size = size_projection(axes, counts);
    if (sum_of(size) == 0)
        return error(ErrorKind::CONFIG, "its shape is that of the anti-coincident counts, and all are zero");
    Bins time;
    if (config.has_projection() && config.projection())
        time = time_projection(axes, counts);
    else if (config.has_fitted_exponential() && config.fitted_exponential())
        time = exponential_bins(axes.t_rec, fitted_slope(axes.t_rec, time_projection(axes, counts)));
    else
        time = exponential_bins(axes.t_rec, config.exponential_per_us());
    const double all = sum_of(size) + (config.counts_below_axis() ? anti_coincidence->below : 0);
    for (auto& bin : size)
        bin /= all;
    return product(axes, size, normalised(time));
}

Result<Bins> shape_of(const config::Background& background, const config::Experiment& experiment,
                      const Axes& axes, const DataFolder& folder, const AntiCoincidence* anti_coincidence) {
    switch (background.shape_case()) {
        case config::Background::kSeparable:
            return separable(background.separable(), experiment, axes, folder);
        case config::Background::kJoint: {
            auto joint = read_joint(background.joint(), axes, folder);
            if (!joint) return joint.error();
            return normalised(std::move(*joint));
        }
        case config::Background::kSteadyState:
            return steady_state(background.steady_state(), axes, anti_coincidence);
        case config::Background::kFlat:
        case config::Background::SHAPE_NOT_SET:
            break;
    }
    const double scale = background.flat().size_exponential();
    return product(axes, normalised(exponential_bins(axes.size, scale > 0 ? 1 / scale : 0)),
                   normalised(exponential_bins(axes.t_rec, 0)));
}

}  // namespace

Result<BackgroundShape> make_background(const config::Background& background,
                                        const config::Experiment& experiment, const Axes& axes,
                                        const DataFolder& folder, const AntiCoincidence* anti_coincidence) {
    auto shape = shape_of(background, experiment, axes, folder, anti_coincidence);
    if (!shape)
        return error(shape.error().kind,
                     fmt::format("background {}: {}", background.name(), shape.error().message));
    for (const double bin : *shape)
        if (!(bin >= 0))
            return error(ErrorKind::CONFIG,
                         fmt::format("background {}: nothing of it lies in the axes", background.name()));
    BackgroundShape out{background.name(), background.events(), background.sigma() * background.events(),
                        std::move(*shape)};
    if (!background.has_events()) {
        // Of n AC events with exposure E_AC, α·n with α = E_C/E_AC are expected in C. n is Poisson, α has an
        // error of its own: σ² = α²·n + n²·σ_α², the variance of α·AC in offline/exposure/residual.hpp.
        const auto& [counts, below, alpha] = *anti_coincidence;
        const double n = sum_of(counts);
        out.events = alpha.value * n;
        out.sigma = background.sigma() > 0 ? background.sigma() * out.events
                                           : std::hypot(alpha.value * std::sqrt(n), n * alpha.sigma);
    }
    return out;
}

}  // namespace spillgate::offline

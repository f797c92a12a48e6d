#include "offline/plot/spe_figure.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "offline/calibration/spe_fit.hpp"
#include "offline/plot/calibration_slices.hpp"
#include "offline/plot/colours.hpp"
#include "offline/plot/fit_figure.hpp"

namespace spillgate::offline::plot {

namespace {

constexpr int curve_points = 400;
constexpr std::size_t hash_characters = 8;

std::string footer(const wire::SpeCalibration& calibration) {
    return fmt::format("calibration {} · {} shape, fitted from {:g} to {:g} ADC·samples · spillgate {}",
                       calibration.sha256().substr(0, hash_characters), calibration.shape(),
                       calibration.fit_min_adc(), calibration.fit_max_adc(), calibration.software_version());
}

// Term 0 is the pedestal, then come 1, 2 and 3 PE.
double entries_of(const wire::SpeSliceFit& fit, int term) {
    return std::array{fit.pedestal_entries().value(), fit.one_pe_entries().value(),
                      fit.two_pe_entries().value(), fit.three_pe_entries().value()}
        .at(static_cast<std::size_t>(term));
}

// The slice with all terms but one left out.
wire::SpeSliceFit only_term(const wire::SpeSliceFit& fit, int term) {
    auto one = fit;
    const std::array<wire::FitParameter*, 4> entries{
        one.mutable_pedestal_entries(), one.mutable_one_pe_entries(), one.mutable_two_pe_entries(),
        one.mutable_three_pe_entries()};
    for (std::size_t i = 0; i < entries.size(); ++i)
        if (static_cast<int>(i) != term) entries[i]->set_value(0);
    return one;
}

class SliceFigure {
  public:
    SliceFigure(const wire::SpeCalibration& calibration, const wire::SpeSliceFit& fit, bool logarithmic)
        : calibration_(calibration),
          fit_(fit),
          shape_(calibration.shape() == "gaussian" ? SpeShape::GAUSSIAN : SpeShape::POLYA) {
        plot_.logarithmic = logarithmic;
    }

    Figure make() {
        add_texts();
        add_data();
        if (fit_.has_spe_charge_adc()) add_curves();
        return fit_figure(std::move(plot_));
    }

  private:
    void add_texts() {
        plot_.title = fmt::format("SPE calibration · {}", fit_.channel());
        plot_.lines = {fmt::format("{} · {}", run_line(calibration_), validity_text(fit_))};
        plot_.footer = footer(calibration_);
        plot_.simulated = calibration_.simulated();
        if (fit_.has_spe_charge_adc()) {
            plot_.result = {
                fmt::format("SPE charge {} ADC·samples",
                            value_text(fit_.spe_charge_adc(), 2, "at its bound")),
                shape_ == SpeShape::GAUSSIAN
                    ? fmt::format("σ = {} ADC·samples", value_text(fit_.width(), 2, "at its bound"))
                    : fmt::format("Polya m = {}", value_text(fit_.width(), 2, "at its bound")),
                fmt::format("χ²/ndof = {:.1f}/{}", fit_.chi2(), fit_.ndof())};
        }
        plot_.result.push_back(fmt::format("{} pulses", fit_.entries()));
        if (!fit_.fitted()) plot_.result.emplace_back("not fitted");
        if (!fit_.problem().empty()) plot_.lines.push_back(fit_.problem());
    }

    // Charges are whole numbers: a bin reaches half a step beyond its lowest and highest.
    void add_data() {
        const double width = fit_.bin_adc();
        plot_.data.min = fit_.first_bin() * width - 0.5;
        plot_.data.max = plot_.data.min + fit_.counts_size() * width;
        for (const auto count : fit_.counts())
            plot_.data.value.push_back(static_cast<double>(count));
        plot_.x.label = "charge";
        plot_.x.unit = "ADC·samples";
        plot_.x.min = plot_.data.min;
        plot_.x.max = plot_.data.max;
        plot_.counts_label = fmt::format("Pulses per {:g} ADC·samples", width);
    }

    void add_curves() {
        static constexpr std::array<std::pair<const char*, Colour>, 4> terms{{{"pedestal", quiet_colour},
                                                                              {"1 PE", in_time_colour},
                                                                              {"2 PE", residual_colour},
                                                                              {"3 PE", no_beam_colour}}};
        for (int term = 0; term < static_cast<int>(terms.size()); ++term) {
            // Less than one pulse in all is no part of the picture.
            if (entries_of(fit_, term) < 1) continue;
            const auto& [name, colour] = terms[static_cast<std::size_t>(term)];
            auto curve = curve_of(only_term(fit_, term));
            curve.name = name;
            curve.colour = colour;
            curve.dash = Dash::DASHED;
            plot_.components.push_back(std::move(curve));
        }
        plot_.fit = curve_of(fit_);
        plot_.fit.name = "fit";
        plot_.fit.colour = peak_colour;
        plot_.fit.width = 2.2;
        for (std::size_t i = 0; i < plot_.data.value.size(); ++i)
            plot_.expected.push_back(expected_at(fit_, plot_.data.centre(i)));
    }

    double expected_at(const wire::SpeSliceFit& fit, double q) const {
        return fit.bin_adc() * spe_density(q, fit, shape_, calibration_.fit_min_adc());
    }

    Curve curve_of(const wire::SpeSliceFit& fit) const {
        Curve curve;
        for (int i = 0; i <= curve_points; ++i) {
            const double q = plot_.data.min + (plot_.data.max - plot_.data.min) * i / curve_points;
            curve.x.push_back(q);
            curve.y.push_back(expected_at(fit, q));
        }
        return curve;
    }

    const wire::SpeCalibration& calibration_;
    const wire::SpeSliceFit& fit_;
    SpeShape shape_;
    FitPlot plot_;
};

// One channel's fitted slices over time, in hours after `begin_ns`.
struct Trend {
    Points charge, goodness;
    Curve validity;
};

Trend trend_of(const std::vector<const wire::SpeSliceFit*>& slices, const std::string& channel,
               std::int64_t begin_ns, Colour colour) {
    const auto hours = [&](std::int64_t utc_ns) { return static_cast<double>(utc_ns - begin_ns) / 3.6e12; };
    Trend trend;
    trend.charge.name = channel;
    trend.charge.colour = trend.goodness.colour = trend.validity.colour = colour;
    for (const auto* fit : slices) {
        if (fit->channel() != channel || !fit->fitted()) continue;
        const double from = hours(fit->valid_from_utc_ns());
        const double to = hours(fit->valid_to_utc_ns());
        const double charge = fit->spe_charge_adc().value();
        const double error = fit->spe_charge_adc().error();
        const double goodness = fit->ndof() > 0 ? fit->chi2() / fit->ndof() : std::nan("");
        trend.charge.x.push_back(0.5 * (from + to));
        trend.charge.y.push_back(charge);
        trend.charge.low.push_back(charge - error);
        trend.charge.high.push_back(charge + error);
        trend.goodness.x.push_back(0.5 * (from + to));
        for (auto* values : {&trend.goodness.y, &trend.goodness.low, &trend.goodness.high})
            values->push_back(goodness);
        trend.validity.x.insert(trend.validity.x.end(), {from, to, to});
        trend.validity.y.insert(trend.validity.y.end(), {charge, charge, std::nan("")});
    }
    return trend;
}

void include(Axis& axis, const std::vector<double>& values) {
    for (const double value : values) {
        if (!std::isfinite(value)) continue;
        axis.min = std::min(axis.min, value);
        axis.max = std::max(axis.max, value);
    }
}

void add_room(Axis& axis, double at_least) {
    const double room = std::max(0.12 * (axis.max - axis.min), at_least);
    axis.min -= room;
    axis.max += room;
}

}  // namespace

proto::Result<std::vector<Figure>> spe_figures(const wire::SpeCalibration& calibration,
                                               const SpeFigureOptions& options) {
    const auto slices = choose_slices(calibration, options);
    if (!slices) return slices.error();
    std::vector<Figure> figures;
    for (const auto* fit : *slices) {
        if (fit->counts().empty() || fit->bin_adc() == 0)
            return proto::error(proto::ErrorKind::REFUSED,
                                fmt::format("the calibration holds no spectrum of {} from {} on: it was made "
                                            "before files kept them; calibrate again, or draw --trend",
                                            fit->channel(), proto::utc_text(fit->valid_from_utc_ns())));
        figures.push_back(SliceFigure(calibration, *fit, options.logarithmic).make());
    }
    return figures;
}

proto::Result<Figure> spe_trend(const wire::SpeCalibration& calibration, const SpeFigureOptions& options) {
    const auto slices = choose_slices(calibration, options);
    if (!slices) return slices.error();
    static constexpr std::array colours{in_time_colour,         peak_colour, residual_colour, no_beam_colour,
                                        anti_coincident_colour, quiet_colour};
    std::vector<std::string> channels;
    std::int64_t begin_ns = slices->front()->valid_from_utc_ns();
    for (const auto* fit : *slices) {
        begin_ns = std::min(begin_ns, fit->valid_from_utc_ns());
        if (fit->fitted() && std::find(channels.begin(), channels.end(), fit->channel()) == channels.end())
            channels.push_back(fit->channel());
    }
    if (channels.empty())
        return proto::error(proto::ErrorKind::REFUSED, "no slice was fitted: there is no trend to draw");
    Panel charge;
    Panel goodness;
    Axis time{fmt::format("time after {} UTC", proto::utc_text(begin_ns)), "h", 0, 0, false, false, {}};
    charge.y = {"SPE charge", "ADC·samples", HUGE_VAL, -HUGE_VAL, false, false, {}};
    goodness.y = {"χ²/ndof", "", 0, 0, false, false, {}};
    charge.height = 2;
    for (std::size_t i = 0; i < channels.size(); ++i) {
        auto trend = trend_of(*slices, channels[i], begin_ns, colours[i % colours.size()]);
        include(time, trend.validity.x);
        include(charge.y, trend.charge.low);
        include(charge.y, trend.charge.high);
        include(goodness.y, trend.goodness.y);
        charge.series.emplace_back(std::move(trend.validity));
        charge.series.emplace_back(std::move(trend.charge));
        goodness.series.emplace_back(std::move(trend.goodness));
    }
    add_room(charge.y, 1e-3 * std::abs(charge.y.max));
    goodness.y.max = std::max(1.2 * goodness.y.max, 2.0);
    add_room(time, 0);
    charge.x = goodness.x = time;
    charge.x.bare = true;
    Figure figure;
    figure.title = "SPE charge over time";
    figure.lines = {run_line(calibration)};
    figure.footer = footer(calibration);
    figure.simulated = calibration.simulated();
    figure.panels = {std::move(charge), std::move(goodness)};
    return figure;
}

}  // namespace spillgate::offline::plot

#include "offline/plot/hpge_figure.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "offline/plot/calibration_slices.hpp"
#include "offline/plot/colours.hpp"
#include "offline/plot/fit_figure.hpp"

namespace spillgate::offline::plot {

namespace {

constexpr std::size_t hash_characters = 8;

class SliceFigures {
  public:
    SliceFigures(const wire::HpgeCalibration& calibration, const wire::HpgeSliceFit& fit, bool logarithmic)
        : calibration_(calibration), fit_(fit), logarithmic_(logarithmic) {}

    void add_to(std::vector<Figure>& figures) const {
        figures.push_back(overview());
        for (const auto& line : fit_.lines())
            if (!line.bin_counts().empty()) figures.push_back(line_page(line));
    }

  private:
    std::string footer() const {
        return fmt::format("calibration {} · source {} · spillgate {}",
                           calibration_.sha256().substr(0, hash_characters), calibration_.source(),
                           calibration_.software_version());
    }

    Bins spectrum() const {
        Bins bins{0, fit_.bin_kev() * fit_.counts_size(), {}, {}};
        for (const auto count : fit_.counts()) {
            bins.value.push_back(static_cast<double>(count));
            bins.error.push_back(std::sqrt(static_cast<double>(count)));
        }
        return bins;
    }

    Figure overview() const {
        Figure figure;
        figure.title = fmt::format("HPGe calibration · {}", fit_.channel());
        figure.lines = {fmt::format("{} · {}", run_line(calibration_), validity_text(fit_)), scale_text()};
        if (!fit_.problem().empty()) figure.lines.push_back(fit_.problem());
        figure.footer = footer();
        figure.simulated = calibration_.simulated();
        figure.panels = {spectrum_panel(), residual_panel()};
        return figure;
    }

    std::string scale_text() const {
        std::string text =
            fmt::format("E = {} keV + {} keV/ADC · A", value_text(fit_.kev_offset(), 2, "held"),
                        value_text(fit_.kev_per_adc(), 6, "held"));
        if (fit_.kev_per_adc2().error() > 0)
            text += fmt::format(" + {:.2e} keV/ADC² · A²", fit_.kev_per_adc2().value());
        if (fit_.has_decay_ns())
            text += fmt::format(" · decay {:.2f} ± {:.2f} μs", fit_.decay_ns().value() * 1e-3,
                                fit_.decay_ns().error() * 1e-3);
        return text + fmt::format(" · χ²/ndof = {:.1f}/{}", fit_.chi2(), fit_.ndof());
    }

    Axis energy_axis(const Bins& bins) const {
        return {"energy", "keV", bins.min, bins.max, false, false, {}};
    }

    Panel spectrum_panel() const {
        const auto bins = spectrum();
        Panel panel;
        panel.x = energy_axis(bins);
        panel.x.bare = true;
        panel.y.label = fmt::format("Pulses per {:g} keV", fit_.bin_kev());
        panel.y.logarithmic = true;
        panel.height = 2.4;
        fit_axis(panel.y, std::span(&bins, 1));
        panel.y.max *= 4;  // room for the lines' names
        panel.series.emplace_back(outline("pulses", bins, in_time_colour));
        for (const auto& line : fit_.lines()) {
            const auto bin = static_cast<std::size_t>(std::max(0.0, line.energy_kev() / fit_.bin_kev()));
            double top = 0.5;
            for (std::size_t i = bin < 3 ? 0 : bin - 3; i <= bin + 3 && i < bins.value.size(); ++i)
                top = std::max(top, bins.value[i]);
            panel.notes.push_back({line.energy_kev(), top * 1.8, fmt::format("{:.1f}", line.energy_kev()),
                                   Anchor::CENTRE, line.used() ? peak_colour : quiet_colour});
        }
        return panel;
    }

    Points residuals(bool used, std::string name, Colour colour) const {
        Points points;
        points.name = std::move(name);
        points.colour = colour;
        points.size = 1.2;
        for (const auto& line : fit_.lines()) {
            if (line.used() != used) continue;
            const double error = line.position_adc().error() * fit_.kev_per_adc().value();
            points.x.push_back(line.energy_kev());
            points.y.push_back(line.residual_kev());
            points.low.push_back(line.residual_kev() - error);
            points.high.push_back(line.residual_kev() + error);
        }
        return points;
    }

    Panel residual_panel() const {
        const auto bins = spectrum();
        Panel panel;
        panel.x = energy_axis(bins);
        panel.y.label = "Fit − line";
        panel.y.unit = "keV";
        double largest = 0.1;
        for (const auto& line : fit_.lines())
            largest = std::max(largest, std::abs(line.residual_kev()) +
                                            line.position_adc().error() * fit_.kev_per_adc().value());
        panel.y.min = -1.2 * largest;
        panel.y.max = 1.2 * largest;
        panel.series.emplace_back(Curve{{}, {bins.min, bins.max}, {0, 0}, quiet_colour, 1.2, Dash::DASHED});
        panel.series.emplace_back(residuals(true, "lines of the scale", peak_colour));
        if (auto shown = residuals(false, "shown only", quiet_colour); !shown.x.empty())
            panel.series.emplace_back(std::move(shown));
        return panel;
    }

    Figure line_page(const wire::HpgeLineFit& line) const {
        FitPlot plot;
        plot.title = fmt::format("HPGe calibration · {} · {:.3f} keV", fit_.channel(), line.energy_kev());
        plot.lines = {fmt::format("{} · {}", run_line(calibration_), validity_text(fit_))};
        plot.footer = footer();
        plot.simulated = calibration_.simulated();
        plot.logarithmic = logarithmic_;
        plot.data.min = line.begin_kev();
        plot.data.max = line.begin_kev() + line.bin_kev() * line.bin_counts_size();
        plot.x = {"energy", "keV", plot.data.min, plot.data.max, false, false, {}};
        plot.counts_label = fmt::format("Pulses per {:.3g} keV", line.bin_kev());
        for (const auto count : line.bin_counts())
            plot.data.value.push_back(static_cast<double>(count));
        plot.fit.name = "fit";
        plot.fit.colour = peak_colour;
        plot.fit.width = 2.2;
        for (int i = 0; i < line.bin_expected_size(); ++i) {
            plot.expected.push_back(line.bin_expected(i));
            plot.fit.x.push_back(plot.data.centre(static_cast<std::size_t>(i)));
            plot.fit.y.push_back(line.bin_expected(i));
        }
        plot.result = {fmt::format("{} counts", value_text(line.counts(), 1, "at its bound")),
                       fmt::format("FWHM {} keV", value_text(line.fwhm_kev(), 2, "at its bound")),
                       fmt::format("fit − line = {:+.2f} ± {:.2f} keV", line.residual_kev(),
                                   line.position_adc().error() * fit_.kev_per_adc().value()),
                       fmt::format("χ²/ndof = {:.1f}/{}", line.chi2(), line.ndof()),
                       line.used() ? "in the scale" : "shown only, not in the scale"};
        return fit_figure(std::move(plot));
    }

    const wire::HpgeCalibration& calibration_;
    const wire::HpgeSliceFit& fit_;
    bool logarithmic_;
};

}  // namespace

proto::Result<std::vector<Figure>> hpge_figures(const wire::HpgeCalibration& calibration,
                                                const CalibrationFigureOptions& options) {
    const auto slices = choose_slices(calibration, options);
    if (!slices) return slices.error();
    std::vector<Figure> figures;
    for (const auto* fit : *slices) {
        if (!fit->fitted() || fit->counts().empty() || !(fit->bin_kev() > 0))
            return proto::error(proto::ErrorKind::REFUSED,
                                fmt::format("channel '{}' has no scale to draw on: {}", fit->channel(),
                                            fit->problem().empty() ? "not fitted" : fit->problem()));
        SliceFigures(calibration, *fit, options.logarithmic).add_to(figures);
    }
    return figures;
}

}  // namespace spillgate::offline::plot

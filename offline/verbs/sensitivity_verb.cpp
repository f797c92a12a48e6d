// sensitivity: how well an experiment would measure R_n, against its mass, quenching or threshold.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "offline/fit/sensitivity.hpp"
#include "offline/plot/colours.hpp"
#include "offline/plot/experiment_figure.hpp"
#include "offline/verbs/plot_option.hpp"
#include "offline/verbs/sensitivity_scan.hpp"
#include "offline/verbs/value_grid.hpp"
#include "offline/verbs/verbs.hpp"

namespace spillgate::offline {

namespace {

namespace json = boost::json;
using proto::Result;

constexpr std::size_t usual_points = 11;

class SensitivityVerb : public Verb {
  public:
    std::string_view name() const override { return "sensitivity"; }
    std::string_view summary() const override { return "Precision on R_n that an experiment would reach"; }
    std::string_view example() const override {
        return "spillgate-offline sensitivity --experiment config/experiments/csns-lar.txtpb --scan "
               "mass_t=0.01,0.1,1,10\n"
               "  spillgate-offline sensitivity --experiment config/experiments/csns-lxe.txtpb --scan "
               "threshold_kev=2,5,10 --quenching-sigma 0.1 --plot xe.pdf";
    }
    void add_options(CLI::App& command) override {
        input_.add_options(command);
        command
            .add_option("--scan", scan_,
                        "NAME=v1,v2,… or NAME=FROM:TO:POINTS: mass_t, quenching_sigma or threshold_kev")
            ->required();
        command.add_option("--parameter", parameter_, "whose precision")->capture_default_str();
        command.add_option("--flux-sigma", flux_sigma_,
                           "relative uncertainty of the flux, instead of the experiment's");
        command.add_option("--quenching-sigma", quenching_sigma_,
                           "that of the recoils' energy scale, instead of the experiment's");
        plot_.add(command, "draw the curve");
    }

    Result<Report> run() override {
        if (auto status = plot_.check(); !status) return status.error();
        const auto scan = parse_value_grid("--scan", scan_, usual_points);
        if (!scan) return scan.error();
        const auto quantity = scanned_quantity(scan->name);
        if (!quantity) return quantity.error();
        if (scan->values.empty())
            return proto::error(proto::ErrorKind::CONFIG, fmt::format("--scan {}: no values", scan_));
        const auto opened = input_.open();
        if (!opened) return opened.error();
        Report report;
        report.text = experiment_text(opened->experiment);
        json::array points;
        std::vector<double> percent;
        for (const double x : scan->values) {
            const auto point = at(*quantity, x);
            if (!point) return point.error();
            const auto& relative = point->relative_error;
            points.push_back({{"x", x},
                              {"relative_error", relative ? json::value(*relative) : json::value(nullptr)},
                              {"value", point->value}});
            percent.push_back(relative ? 100 * *relative : std::nan(""));
            report.failed = report.failed || !relative;
            report.text += relative ? fmt::format("  {} = {:<10.6g} sigma({})/{} = {:.4f} %\n", scan->name, x,
                                                  parameter_, parameter_, 100 * *relative)
                                    : fmt::format("  {} = {:<10.6g} not constrained\n", scan->name, x);
        }
        report.json = {{"scan", scan->name}, {"parameter", parameter_}, {"points", std::move(points)}};
        report.json["experiment"] = experiment_json(opened->experiment);
        const auto figure = [&] { return curve(opened->experiment, *quantity, scan->values, percent); };
        if (auto status = plot_.draw(figure, report); !status) return status.error();
        return report;
    }

  private:
    Result<fit::Sensitivity> at(const ScannedQuantity& quantity, double x) const {
        std::vector<std::string> changes;
        if (flux_sigma_) changes.push_back(fmt::format("source.flux_sigma={}", *flux_sigma_));
        if (quenching_sigma_) changes.push_back(fmt::format("quenching.energy_sigma={}", *quenching_sigma_));
        const auto more = changes_for(quantity, x, input_);
        if (!more) return more.error();
        changes.insert(changes.end(), more->begin(), more->end());
        const auto opened = input_.open(changes, {parameter_});
        if (!opened) return opened.error();
        const auto likelihood = opened->asimov();
        if (!likelihood) return likelihood.error();
        return fit::sensitivity(*likelihood, opened->model.starts(), *opened->model.index_of(parameter_));
    }

    plot::Figure curve(const LoadedExperiment& experiment, const ScannedQuantity& quantity,
                       const std::vector<double>& x, const std::vector<double>& percent) const {
        auto figure = plot::experiment_page(experiment);
        figure.lines.clear();  // the scan changes what they say
        plot::Panel panel;
        const auto [low, high] = std::ranges::minmax(x);
        panel.x.label = quantity.label;
        panel.x.unit = quantity.unit;
        panel.x.min = low;
        panel.x.max = high > low ? high : low + 1;
        panel.x.logarithmic = low > 0 && high > 20 * low;
        panel.y.label = fmt::format("σ({0})/{0}", parameter_);
        panel.y.unit = "%";
        for (const double value : percent)
            if (std::isfinite(value)) panel.y.max = std::max(panel.y.max, 1.15 * value);
        panel.series.emplace_back(plot::Curve{{}, x, percent, plot::in_time_colour, 1.5, plot::Dash::SOLID});
        figure.panels.push_back(std::move(panel));
        return figure;
    }

    ExperimentInput input_;
    PlotOption plot_;
    std::string scan_, parameter_ = "R_n";
    std::optional<double> flux_sigma_, quenching_sigma_;
};

}  // namespace

std::unique_ptr<Verb> make_sensitivity_verb() {
    return std::make_unique<SensitivityVerb>();
}

}  // namespace spillgate::offline

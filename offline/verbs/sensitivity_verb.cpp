// sensitivity: how well an experiment would measure R_n, against its mass, quenching or threshold.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "offline/fit/sensitivity.hpp"
#include "offline/plot/colours.hpp"
#include "offline/plot/draw.hpp"
#include "offline/verbs/experiment_input.hpp"
#include "offline/verbs/verbs.hpp"

namespace spillgate::offline {

namespace {

namespace json = boost::json;
using proto::error;
using proto::ErrorKind;
using proto::Result;

struct Scan {
    std::string name;
    std::vector<double> values;
};

// What may be scanned: its unit, and the change of the experiment that a value stands for.
struct ScanKind {
    std::string_view name, label, unit;
};
constexpr std::array scan_kinds{ScanKind{"mass_t", "Mass", "t"},
                                ScanKind{"quenching_sigma", "Quenching σ", ""},
                                ScanKind{"threshold_kev", "Threshold", "keV"}};

Result<Scan> parse_scan(const std::string& text) {
    const auto equals = text.find('=');
    Scan scan{text.substr(0, equals), {}};
    std::string known;
    for (const auto& kind : scan_kinds)
        known += fmt::format("{}{}", known.empty() ? "" : ", ", kind.name);
    if (std::ranges::find(scan_kinds, std::string_view(scan.name), &ScanKind::name) == scan_kinds.end())
        return error(ErrorKind::CONFIG,
                     fmt::format("--scan {}: NAME=v1,v2,… with NAME one of {}", text, known));
    std::string_view rest =
        equals == std::string::npos ? std::string_view{} : std::string_view(text).substr(equals + 1);
    while (!rest.empty()) {
        const auto word = rest.substr(0, rest.find(','));
        double value = 0;
        const auto parsed = std::from_chars(word.data(), word.data() + word.size(), value);
        if (parsed.ec != std::errc{} || parsed.ptr != word.data() + word.size())
            return error(ErrorKind::CONFIG, fmt::format("--scan {}: '{}' is not a number", text, word));
        scan.values.push_back(value);
        rest.remove_prefix(std::min(word.size() + 1, rest.size()));
    }
    if (scan.values.empty()) return error(ErrorKind::CONFIG, fmt::format("--scan {}: no values", text));
    return scan;
}

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
        input_.add_options(command, false);
        command.add_option("--scan", scan_, "NAME=v1,v2,…: mass_t, quenching_sigma or threshold_kev")
            ->required();
        command.add_option("--parameter", parameter_, "whose precision")->capture_default_str();
        command.add_option("--flux-sigma", flux_sigma_,
                           "relative uncertainty of the flux, instead of the experiment's");
        command.add_option("--quenching-sigma", quenching_sigma_,
                           "that of the recoils' energy scale, instead of the experiment's");
        command.add_option("--plot", plot_, "draw the curve: .png, .svg or .pdf");
    }

    Result<Report> run() override {
        if (!plot_.empty())
            if (const auto medium = plot::medium_of(plot_); !medium) return medium.error();
        const auto scan = parse_scan(scan_);
        if (!scan) return scan.error();
        Report report;
        json::array points;
        std::vector<double> errors;
        for (const double x : scan->values) {
            const auto point = at(scan->name, x);
            if (!point) return point.error();
            const auto& relative = point->relative_error;
            points.push_back({{"x", x},
                              {"relative_error", relative ? json::value(*relative) : json::value(nullptr)},
                              {"value", point->value}});
            errors.push_back(relative ? 100 * *relative : std::nan(""));
            report.failed = report.failed || !relative;
            report.text += relative ? fmt::format("  {} = {:<10.6g} sigma({})/{} = {:.4f} %\n", scan->name, x,
                                                  parameter_, parameter_, 100 * *relative)
                                    : fmt::format("  {} = {:<10.6g} not constrained\n", scan->name, x);
        }
        report.json = {{"scan", scan->name}, {"parameter", parameter_}, {"points", std::move(points)}};
        if (auto status = draw(*scan, errors, report); !status) return status.error();
        return report;
    }

  private:
    Result<fit::Sensitivity> at(const std::string& name, double x) const {
        std::vector<std::string> changes;
        if (flux_sigma_) changes.push_back(fmt::format("source.flux_sigma={}", *flux_sigma_));
        if (quenching_sigma_) changes.push_back(fmt::format("quenching.energy_sigma={}", *quenching_sigma_));
        if (name == "mass_t") changes.push_back(fmt::format("target.mass_kg={}", 1000 * x));
        if (name == "quenching_sigma") changes.push_back(fmt::format("quenching.energy_sigma={}", x));
        if (name == "threshold_kev") {
            auto axis = from_threshold(x);
            if (!axis) return axis.error();
            changes.push_back(std::move(*axis));
        }
        auto opened = input_.open(changes);
        if (!opened) return opened.error();
        if (auto status = opened->model.set_free({parameter_}); !status) return status.error();
        const auto likelihood = opened->asimov();
        if (!likelihood) return likelihood.error();
        return fit::sensitivity(*likelihood, opened->model.starts(), *opened->model.index_of(parameter_));
    }

    // Bins of the experiment's width from the threshold to its end.
    Result<std::string> from_threshold(double threshold) const {
        const auto loaded = input_.load();
        if (!loaded) return loaded.error();
        const auto axes = make_axes(loaded->config.axes());
        if (!axes) return axes.error();
        const auto& edges = axes->size.edges;
        const double width = (edges.back() - edges.front()) / static_cast<double>(axes->size.bins());
        if (!(threshold >= 0) || !(threshold < edges.back()))
            return error(ErrorKind::CONFIG, fmt::format("a threshold of {} is not below the axis' end, {} {}",
                                                        threshold, edges.back(), axes->size.unit));
        const auto bins = std::max(1L, std::lround((edges.back() - threshold) / width));
        return fmt::format("axes.size={{ equal {{ bins: {} begin: {} end: {} }} }}", bins, threshold,
                           edges.back());
    }

    proto::Status draw(const Scan& scan, const std::vector<double>& errors, Report& report) const {
        if (plot_.empty()) return {};
        const auto& kind = *std::ranges::find(scan_kinds, std::string_view(scan.name), &ScanKind::name);
        const auto loaded = input_.load();
        if (!loaded) return loaded.error();
        plot::Figure figure;
        figure.title = loaded->config.title();
        figure.footer = fmt::format("experiment {}", loaded->sha256.substr(0, 12));
        plot::Panel panel;
        const auto [low, high] = std::ranges::minmax(scan.values);
        panel.x.label = kind.label;
        panel.x.unit = kind.unit;
        panel.x.min = low;
        panel.x.max = high > low ? high : low + 1;
        panel.x.logarithmic = low > 0 && high > 20 * low;
        panel.y.label = fmt::format("σ({0})/{0}", parameter_);
        panel.y.unit = "%";
        for (const double value : errors)
            if (std::isfinite(value)) panel.y.max = std::max(panel.y.max, 1.15 * value);
        panel.series.emplace_back(
            plot::Curve{{}, scan.values, errors, plot::in_time_colour, 1.5, plot::Dash::SOLID});
        figure.panels.push_back(std::move(panel));
        plot::Drawing drawing;
        drawing.out = {plot_};
        const auto drawn = plot::draw(std::span(&figure, 1), drawing);
        if (!drawn) return drawn.error();
        report.json["plot"] = json::array(drawn->begin(), drawn->end());
        for (const auto& path : *drawn)
            report.text += path + "\n";
        return {};
    }

    ExperimentInput input_;
    std::string scan_, parameter_ = "R_n", plot_;
    std::optional<double> flux_sigma_, quenching_sigma_;
};

}  // namespace

std::unique_ptr<Verb> make_sensitivity_verb() {
    return std::make_unique<SensitivityVerb>();
}

}  // namespace spillgate::offline

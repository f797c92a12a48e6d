// predict: what an experiment expects to see, component by component.
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "offline/cevns/electron_neutrino_deuteron.hpp"
#include "offline/experiment/signal_table.hpp"
#include "offline/export/text_file.hpp"
#include "offline/plot/experiment_figure.hpp"
#include "offline/verbs/experiment_input.hpp"
#include "offline/verbs/plot_option.hpp"
#include "offline/verbs/verbs.hpp"

namespace spillgate::offline {

namespace {

namespace json = boost::json;
using proto::Result;

double sum_of(const std::vector<double>& counts) {
    return std::accumulate(counts.begin(), counts.end(), 0.0);
}

class PredictVerb : public Verb {
  public:
    std::string_view name() const override { return "predict"; }
    std::string_view summary() const override { return "Expected spectra of an experiment, by component"; }
    std::string_view example() const override {
        return "spillgate-offline predict --experiment config/experiments/csns-lar.txtpb\n"
               "  spillgate-offline predict --experiment config/experiments/coherent-csi-2021.txtpb --data "
               "coherent "
               "--plot csi.pdf\n"
               "  spillgate-offline predict --experiment config/experiments/lar-750kg.txtpb --set "
               "target.mass_kg=300";
    }
    void add_options(CLI::App& command) override {
        input_.add_options(command);
        plot_.add(command, "draw the projections");
        command.add_option("--signal-table", table_,
                           "write the signal before resolution and efficiency, for the simulation's "
                           "cevns_table");
    }

    Result<Report> run() override {
        if (auto status = plot_.check(); !status) return status.error();
        const auto loaded = input_.load();
        if (!loaded) return loaded.error();
        return loaded->config.target().material() == "D2O" ? heavy_water(*loaded) : coherent();
    }

  private:
    Result<Report> coherent() {
        const auto opened = input_.open();
        if (!opened) return opened.error();
        const auto& model = opened->model;
        const auto values = model.starts();
        json::object expected, spectrum;
        Report report;
        report.text = experiment_text(opened->experiment);
        for (const auto& name : model.components()) {
            const auto counts = model.component(name, values);
            expected[name] = sum_of(counts);
            spectrum[name] = json::array(counts.begin(), counts.end());
            report.text += fmt::format("  {:12} {:12.2f} events\n", name, sum_of(counts));
        }
        const auto [prompt, delayed] = model.signal_events(values);
        const auto& signal = model.signal();
        const double sigma = signal.mean_cross_section_1e40_cm2(signal.nominal());
        report.text +=
            fmt::format("CEvNS: {:.2f} prompt, {:.2f} delayed; <sigma> {:.2f}e-40 cm2 per nucleus\n", prompt,
                        delayed, sigma);
        report.json = {{"experiment", experiment_json(opened->experiment)},
                       {"expected", std::move(expected)},
                       {"signal", {{"prompt", prompt}, {"delayed", delayed}}},
                       {"cross_section_1e-40_cm2", sigma},
                       {"axes", axes_json(model.axes())},
                       {"spectrum", std::move(spectrum)}};
        const auto figure = [&] {
            return plot::experiment_figure(opened->experiment, model, values, {}, {});
        };
        if (auto status = plot_.draw(figure, report); !status) return status.error();
        if (auto status = write_table(*opened, report); !status) return status.error();
        return report;
    }

    proto::Status write_table(const OpenedExperiment& opened, Report& report) const {
        if (table_.empty()) return {};
        const DataFolder folder(input_.data(), opened.experiment.config.data(), opened.experiment.path);
        const auto table = signal_table(opened.experiment, folder);
        if (!table) return table.error();
        TextFile file(table_);
        file.write(text_of(*table, opened.experiment));
        report.json["signal_table"] = table_;
        report.text += table_ + "\n";
        return file.commit();
    }

    // The charged current on deuterons; what of it a detector sees is not part of this.
    static Result<Report> heavy_water(const LoadedExperiment& loaded) {
        const auto& source = loaded.config.source();
        const cevns::SourceIntensity intensity{source.neutrinos_per_flavour_per_pot(), source.distance_m()};
        if (auto status = intensity.check(); !status) return status.error();
        const auto spectrum = cevns::EnergySpectrum::decay_at_rest(cevns::Flavour::NU_E);
        const auto events = cevns::electron_neutrino_deuteron_events(
            loaded.config.target().mass_kg(), intensity.per_cm2(source.pot()), spectrum);
        if (!events) return events.error();
        const auto sigma = cevns::averaged_electron_neutrino_deuteron_cm2(spectrum);
        if (!sigma) return sigma.error();
        const double theory = cevns::electron_neutrino_deuteron_relative_error;
        const double flux = std::hypot(theory, 1 / std::sqrt(*events));
        Report report;
        report.json = {{"experiment", experiment_json(loaded)},
                       {"expected", {{"nu_e_d_cc", *events}}},
                       {"cross_section_1e-40_cm2", *sigma * 1e40},
                       {"flux_relative_error", flux},
                       {"flux_relative_error_statistical", 1 / std::sqrt(*events)}};
        report.text = fmt::format(
            "{}\n  nu_e d CC    {:12.2f} reactions, before any efficiency\n"
            "flux to {:.1f} % ({:.1f} % of it by their number, the rest by the cross section)\n",
            loaded.config.title(), *events, 100 * flux, 100 / std::sqrt(*events));
        return report;
    }

    ExperimentInput input_;
    PlotOption plot_;
    std::string table_;
};

}  // namespace

std::unique_ptr<Verb> make_predict_verb() {
    return std::make_unique<PredictVerb>();
}

}  // namespace spillgate::offline

// calibrate: constants from recorded runs into a calibration file.
#include <algorithm>

#include <fmt/format.h>

#include "offline/calibration/calibration_file.hpp"
#include "offline/calibration/calibration_runs.hpp"
#include "offline/calibration/hpge_calibration.hpp"
#include "offline/calibration/spe_calibration.hpp"
#include "offline/plot/calibration_figure.hpp"
#include "offline/plot/draw.hpp"
#include "offline/verbs/calibration_json.hpp"
#include "offline/verbs/verbs.hpp"

namespace spillgate::offline {

namespace {

namespace json = boost::json;

class CalibrateVerb : public Verb {
  public:
    std::string_view name() const override { return "calibrate"; }
    std::string_view summary() const override { return "Fit calibration constants to recorded runs"; }
    std::string_view example() const override {
        return "spillgate-offline calibrate spe runs/run-000012 --out spe-12.txtpb --plot spe-12.pdf\n"
               "  spillgate-offline calibrate hpge runs/run-000014 --source th228 --valid-to "
               "2026-12-01T00:00:00 "
               "--out ge-14.txtpb\n"
               "  spillgate-offline reprocess runs/run-000013 --calibration spe-12.txtpb --out spectra-13";
    }

    void add_options(CLI::App& command) override {
        command
            .add_option("KIND", kind_,
                        "spe: charge of a single photoelectron, per channel and time slice; hpge: decay "
                        "constant and energy scale, per channel")
            ->required()
            ->check(CLI::IsMember({"spe", "hpge"}));
        command.add_option("RUN", runs_, "run directories of one config")->required();
        command.add_option("-o,--out", out_, "calibration file to write")->required();
        command.add_option(
            "--plot", plot_,
            "draw each fit, too: .pdf with a page per slice, .png or .svg with a file per slice");
        command.add_option("--chain", chain_, "chain that is calibrated; unset: the only one of the kind");
        add_spe_options(command);
        add_hpge_options(command);
    }

    proto::Result<Report> run() override {
        if (!plot_.empty())
            if (const auto medium = plot::medium_of(plot_); !medium) return medium.error();
        return kind_ == "spe" ? run_spe() : run_hpge();
    }

  private:
    void add_spe_options(CLI::App& command) {
        command.add_option("--shape", shape_, "spe: of one photoelectron's charge")
            ->check(CLI::IsMember({"gaussian", "polya"}))
            ->capture_default_str();
        command.add_option("--slice-s", options_.spectrum.slice_s, "spe: length of a time slice")
            ->capture_default_str();
        command.add_option("--bin-adc", options_.spectrum.bin_adc, "spe: width of a bin, ADC*samples")
            ->capture_default_str();
        command.add_option("--isolation-ns", options_.spectrum.isolation_ns, "spe: no other peak so close")
            ->capture_default_str();
        command.add_option("--start-adc", options_.start_adc,
                           "spe: SPE charge that the fit starts from, ADC*samples; unset: the chain's");
        command.add_option("--min-adc", options_.min_adc,
                           "spe: lowest charge fitted; unset: half of the chain's SPE charge");
        command.add_option("--max-adc", options_.max_adc,
                           "spe: highest charge fitted; unset: 5 times the chain's SPE charge");
        command
            .add_option("--min-entries", options_.min_entries, "spe: slices with fewer pulses are not fitted")
            ->capture_default_str();
    }

    void add_hpge_options(CLI::App& command) {
        std::vector<std::string> names{"pulser"};
        for (const auto& source : gamma_sources())
            names.emplace_back(source.name);
        command.add_option("--source", source_, "hpge: what shone on the detector; a pulser needs --lines")
            ->check(CLI::IsMember(names))
            ->capture_default_str();
        command.add_option("--lines", lines_kev_,
                           "hpge: energies of its lines in keV, instead of the source's");
        command.add_option("--scale", scale_, "hpge: form of the scale")
            ->check(CLI::IsMember({"proportional", "linear", "quadratic"}))
            ->capture_default_str();
        command.add_option("--valid-from", valid_from_,
                           "hpge: UTC as 2026-11-27T22:20:22; unset: the runs' first slot");
        command.add_option("--valid-to", valid_to_, "hpge: unset: their last slot");
    }

    // Writes the file; the report of a calibration of any kind.
    template <class Message>
    proto::Result<Report> finish(const Message& calibration) {
        if (auto status = save_calibration(calibration, out_); !status) return status.error();
        Report report;
        const auto fitted =
            std::ranges::count_if(calibration.slices(), [](const auto& fit) { return fit.fitted(); });
        report.failed = fitted == 0;
        report.json = {{"out", out_}, {"chain", calibration.chain()}, {"slices", slices_json(calibration)}};
        report.text = calibration_table(calibration) +
                      fmt::format("{} of {} slices fitted, {}\n", fitted, calibration.slices_size(), out_);
        if (plot_.empty()) return report;
        auto drawn = draw(calibration);
        if (!drawn) return drawn.error();
        report.json["plot"] = json::array(drawn->begin(), drawn->end());
        for (const auto& path : *drawn)
            report.text += path + "\n";
        return report;
    }

    proto::Result<std::vector<std::string>> draw(const Calibration& calibration) const {
        // As it stands in the file, hash and all.
        const auto written = parse_calibration(calibration_text(calibration), out_);
        if (!written) return written.error();
        const auto figures = plot::calibration_figures(*written, {});
        if (!figures) return figures.error();
        plot::Drawing drawing;
        drawing.out = {plot_};
        return plot::draw(*figures, drawing);
    }

    proto::Result<Report> run_spe() {
        options_.chain = chain_;
        options_.shape = shape_ == "gaussian" ? SpeShape::GAUSSIAN : SpeShape::POLYA;
        const auto calibration = calibrate_spe(runs_, options_);
        if (!calibration) return calibration.error();
        auto report = finish(*calibration);
        if (report) report->json["shape"] = shape_;
        return report;
    }

    proto::Result<Report> run_hpge() {
        HpgeCalibrationOptions options;
        options.chain = chain_;
        options.source = lines_kev_.empty() || source_ == "pulser" ? source_ : "lines";
        for (const auto& source : gamma_sources())
            if (source.name == options.source) options.lines = source.lines;
        for (const double energy_kev : lines_kev_)
            options.lines.push_back({energy_kev});
        std::ranges::sort(options.lines, {}, &GammaLine::energy_kev);
        options.form = scale_ == "quadratic" ? ScaleForm::QUADRATIC
                       : scale_ == "linear"  ? ScaleForm::LINEAR
                                             : ScaleForm::PROPORTIONAL;
        for (const auto& [text, time] : {std::pair{&valid_from_, &options.valid_from_utc_ns},
                                         std::pair{&valid_to_, &options.valid_to_utc_ns}}) {
            if (text->empty()) continue;
            const auto utc_ns = parse_utc(*text);
            if (!utc_ns) return utc_ns.error();
            *time = *utc_ns;
        }
        const auto calibration = calibrate_hpge(runs_, options);
        if (!calibration) return calibration.error();
        auto report = finish(*calibration);
        if (report) report->json["source"] = options.source;
        return report;
    }

    std::string kind_;
    std::string plot_;
    std::vector<std::string> runs_;
    std::string out_;
    std::string chain_;
    std::string shape_ = "polya";
    std::string source_ = "th228";
    std::vector<double> lines_kev_;
    std::string scale_ = "linear";
    std::string valid_from_, valid_to_;
    SpeCalibrationOptions options_;
};

}  // namespace

std::unique_ptr<Verb> make_calibrate_verb() {
    return std::make_unique<CalibrateVerb>();
}

}  // namespace spillgate::offline

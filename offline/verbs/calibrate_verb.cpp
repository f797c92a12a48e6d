// calibrate: constants from recorded runs into a calibration file.
#include <fmt/format.h>

#include "offline/calibration/spe_calibration.hpp"
#include "offline/verbs/verbs.hpp"

namespace spillgate::offline {

namespace {

namespace json = boost::json;

json::object parameter_json(const wire::SpeParameter& parameter) {
    return {{"value", parameter.value()}, {"error", parameter.error()}};
}

json::object slice_json(const wire::SpeSliceFit& fit) {
    json::object object{{"channel", fit.channel()},
                        {"valid_from_utc_ns", fit.valid_from_utc_ns()},
                        {"valid_to_utc_ns", fit.valid_to_utc_ns()},
                        {"entries", fit.entries()},
                        {"fitted", fit.fitted()},
                        {"problem", fit.problem()}};
    if (!fit.has_spe_charge_adc()) return object;
    object["spe_charge_adc"] = parameter_json(fit.spe_charge_adc());
    object["width"] = parameter_json(fit.width());
    object["pedestal_entries"] = parameter_json(fit.pedestal_entries());
    object["pedestal_decay_adc"] = parameter_json(fit.pedestal_decay_adc());
    object["one_pe_entries"] = parameter_json(fit.one_pe_entries());
    object["two_pe_entries"] = parameter_json(fit.two_pe_entries());
    object["three_pe_entries"] = parameter_json(fit.three_pe_entries());
    object["chi2"] = fit.chi2();
    object["ndof"] = fit.ndof();
    return object;
}

class CalibrateVerb : public Verb {
  public:
    std::string_view name() const override { return "calibrate"; }
    std::string_view summary() const override { return "Fit calibration constants to recorded runs"; }
    std::string_view example() const override {
        return "spillgate-offline calibrate spe runs/run-000012 --out spe-12.txtpb\n"
               "  spillgate-offline reprocess runs/run-000013 --calibration spe-12.txtpb --out spectra-13";
    }

    void add_options(CLI::App& command) override {
        command
            .add_option("KIND", kind_, "spe: charge of a single photoelectron, per channel and time slice")
            ->required()
            ->check(CLI::IsMember({"spe"}));
        command.add_option("RUN", runs_, "run directories of one config")->required();
        command.add_option("-o,--out", out_, "calibration file to write")->required();
        command.add_option("--chain", options_.chain,
                           "PMT chain whose peaks are counted; unset: the only one");
        command.add_option("--shape", shape_, "of one photoelectron's charge")
            ->check(CLI::IsMember({"gaussian", "polya"}))
            ->capture_default_str();
        command.add_option("--slice-s", options_.spectrum.slice_s, "length of a time slice")
            ->capture_default_str();
        command.add_option("--bin-adc", options_.spectrum.bin_adc, "width of a bin, ADC*samples")
            ->capture_default_str();
        command.add_option("--isolation-ns", options_.spectrum.isolation_ns, "no other peak so close")
            ->capture_default_str();
        command
            .add_option("--start-adc", options_.fit.start_adc,
                        "SPE charge that the fit starts from, ADC*samples")
            ->capture_default_str();
        command.add_option("--min-adc", options_.fit.min_adc, "lowest charge fitted")->capture_default_str();
        command.add_option("--max-adc", options_.fit.max_adc, "highest charge fitted")->capture_default_str();
        command
            .add_option("--min-entries", options_.fit.min_entries, "slices with fewer pulses are not fitted")
            ->capture_default_str();
    }

    proto::Result<Report> run() override {
        options_.fit.shape = shape_ == "gaussian" ? SpeShape::GAUSSIAN : SpeShape::POLYA;
        options_.spectrum.max_adc = options_.fit.max_adc;
        const auto calibration = calibrate_spe(runs_, options_);
        if (!calibration) return calibration.error();
        if (auto status = save_calibration(*calibration, out_); !status) return status.error();
        Report report;
        json::array slices;
        int fitted = 0;
        for (const auto& fit : calibration->slices()) {
            slices.push_back(slice_json(fit));
            fitted += fit.fitted();
        }
        report.failed = fitted == 0;
        report.json = {{"out", out_}, {"chain", calibration->chain()}, {"shape", shape_}, {"slices", slices}};
        report.text = calibration_table(*calibration) +
                      fmt::format("{} of {} slices fitted, {}\n", fitted, calibration->slices_size(), out_);
        return report;
    }

  private:
    std::string kind_;
    std::vector<std::string> runs_;
    std::string out_;
    std::string shape_ = "polya";
    SpeCalibrationOptions options_;
};

}  // namespace

std::unique_ptr<Verb> make_calibrate_verb() {
    return std::make_unique<CalibrateVerb>();
}

}  // namespace spillgate::offline

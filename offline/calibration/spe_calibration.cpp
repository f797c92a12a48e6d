#include "offline/calibration/spe_calibration.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "offline/calibration/calibration_file.hpp"
#include "offline/calibration/calibration_runs.hpp"
#include "proto/software_version.hpp"
#include "proto/utc_text.hpp"

namespace spillgate::offline {

namespace {

SpeFitOptions fit_options(const SpeCalibrationOptions& options, const config::Config& config,
                          const std::string& chain) {
    const auto used = std::ranges::find(config.chain(), chain, &config::Chain::name);
    auto fit = spe_fit_around(used->has_pmt() ? used->pmt().spe_charge_adc() : used->lar().spe_charge_adc());
    fit.shape = options.shape;
    fit.min_entries = options.min_entries;
    fit.start_adc = options.start_adc.value_or(fit.start_adc);
    fit.min_adc = options.min_adc.value_or(fit.min_adc);
    fit.max_adc = options.max_adc.value_or(fit.max_adc);
    return fit;
}

}  // namespace

proto::Result<wire::SpeCalibration> calibrate_spe(const std::vector<std::string>& run_directories,
                                                  const SpeCalibrationOptions& options) {
    const auto runs = CalibrationRuns::open(run_directories);
    if (!runs) return runs.error();
    const auto chain = runs->chain(options.chain, {config::Chain::kPmt, config::Chain::kLar}, "PMT or LAr");
    if (!chain) return chain.error();
    const auto fitting = fit_options(options, runs->config.config, *chain);
    if (!(fitting.min_adc < fitting.max_adc) || !(fitting.start_adc > 0))
        return proto::error(proto::ErrorKind::CONFIG,
                            fmt::format("a fit from {} to {} ADC·samples, starting at {}", fitting.min_adc,
                                        fitting.max_adc, fitting.start_adc));
    auto charges = options.spectrum;
    charges.max_adc = fitting.max_adc;
    auto spectra = SpeSpectra::make(runs->config.config, *chain, charges);
    if (!spectra) return spectra.error();

    wire::SpeCalibration calibration;
    calibration.set_format_major(calibration_major);
    calibration.set_chain(*chain);
    calibration.set_shape(fitting.shape == SpeShape::GAUSSIAN ? "gaussian" : "polya");
    calibration.set_software_version(proto::software_version());
    calibration.set_slice_length_s(options.spectrum.slice_s);
    calibration.set_fit_min_adc(fitting.min_adc);
    calibration.set_fit_max_adc(fitting.max_adc);
    for (const auto& run : runs->runs) {
        calibration.add_runs(run.description().number());
        calibration.set_simulated(calibration.simulated() || run.description().simulated());
    }
    if (auto status = runs->for_each_record([&](const auto& record) { spectra->add(record); }); !status)
        return status.error();
    for (const auto& [key, spectrum] : spectra->spectra()) {
        auto& slice = *calibration.add_slices();
        slice = fit_spe(spectrum, fitting);
        slice.set_channel(key.first);
        slice.set_valid_from_utc_ns(key.second);
        slice.set_valid_to_utc_ns(key.second + spectra->slice_ns());
    }
    return calibration;
}

std::string calibration_table(const wire::SpeCalibration& calibration) {
    std::string table =
        fmt::format("{:<16} {:<19} {:<19} {:>9} {:>16} {:>14} {:>12}\n", "channel", "from (UTC)", "to (UTC)",
                    "pulses", "SPE ADC*samples", "width", "chi2/ndof");
    for (const auto& fit : calibration.slices()) {
        table += fmt::format("{:<16} {:<19} {:<19} {:>9} ", fit.channel(),
                             proto::utc_text(fit.valid_from_utc_ns()), proto::utc_text(fit.valid_to_utc_ns()),
                             fit.entries());
        if (fit.fitted())
            table += fmt::format("{:>8.2f} ± {:>5.2f} {:>7.2f} ± {:>4.2f} {:>7.1f}/{}",
                                 fit.spe_charge_adc().value(), fit.spe_charge_adc().error(),
                                 fit.width().value(), fit.width().error(), fit.chi2(), fit.ndof());
        table += (fit.problem().empty() ? "" : "  " + fit.problem()) + "\n";
    }
    return table;
}

}  // namespace spillgate::offline

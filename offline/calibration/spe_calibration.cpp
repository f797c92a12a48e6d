#include "offline/calibration/spe_calibration.hpp"

#include <fmt/format.h>

#include "offline/calibration/calibration_file.hpp"
#include "offline/calibration/calibration_runs.hpp"

namespace spillgate::offline {

proto::Result<wire::SpeCalibration> calibrate_spe(const std::vector<std::string>& run_directories,
                                                  const SpeCalibrationOptions& options) {
    const auto runs = CalibrationRuns::open(run_directories);
    if (!runs) return runs.error();
    const auto chain = runs->chain(options.chain, {config::Chain::kPmt, config::Chain::kLar}, "PMT or LAr");
    if (!chain) return chain.error();
    auto spectra = SpeSpectra::make(runs->config.config, *chain, options.spectrum);
    if (!spectra) return spectra.error();
    if (!(options.fit.min_adc < options.fit.max_adc) || !(options.fit.start_adc > 0))
        return proto::error(proto::ErrorKind::CONFIG,
                            fmt::format("a fit from {} to {} ADC·samples, starting at {}",
                                        options.fit.min_adc, options.fit.max_adc, options.fit.start_adc));

    wire::SpeCalibration calibration;
    calibration.set_format_major(calibration_major);
    calibration.set_chain(*chain);
    calibration.set_shape(options.fit.shape == SpeShape::GAUSSIAN ? "gaussian" : "polya");
    calibration.set_software_version(SPILLGATE_VERSION);
    calibration.set_slice_length_s(options.spectrum.slice_s);
    calibration.set_fit_min_adc(options.fit.min_adc);
    calibration.set_fit_max_adc(options.fit.max_adc);
    for (const auto& run : runs->runs) {
        calibration.add_runs(run.description().number());
        calibration.set_simulated(calibration.simulated() || run.description().simulated());
    }
    if (auto status = runs->for_each_record([&](const auto& record) { spectra->add(record); }); !status)
        return status.error();
    for (const auto& [key, spectrum] : spectra->spectra()) {
        auto& slice = *calibration.add_slices();
        slice = fit_spe(spectrum, options.fit);
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
        table += fmt::format("{:<16} {:<19} {:<19} {:>9} ", fit.channel(), utc_label(fit.valid_from_utc_ns()),
                             utc_label(fit.valid_to_utc_ns()), fit.entries());
        if (fit.fitted())
            table += fmt::format("{:>8.2f} ± {:>5.2f} {:>7.2f} ± {:>4.2f} {:>7.1f}/{}",
                                 fit.spe_charge_adc().value(), fit.spe_charge_adc().error(),
                                 fit.width().value(), fit.width().error(), fit.chi2(), fit.ndof());
        table += (fit.problem().empty() ? "" : "  " + fit.problem()) + "\n";
    }
    return table;
}

}  // namespace spillgate::offline

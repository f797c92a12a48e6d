#include "offline/verbs/own_spectra.hpp"

#include <filesystem>

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include "offline/blinding/shown.hpp"
#include "offline/exposure/good_run_log.hpp"
#include "offline/plot/origin_text.hpp"
#include "offline/verbs/output_directory.hpp"

namespace spillgate::offline {

namespace {

namespace json = boost::json;
using proto::error;
using proto::ErrorKind;
using proto::Result;

}  // namespace

void OwnSpectra::add_options(CLI::App& command) {
    command.add_option("--spectra", path_,
                       "spillgate's own counts and exposure: an output directory of reprocess or merge, or "
                       "its spectra.saved");
    command.add_option("--histogram", histogram_,
                       "which of its histograms; none: the one with the experiment's axes");
    command.add_option("--good-runs", good_runs_, "good-run list that all of the spectra must be in");
    command.add_option("--runs-dir", runs_dir_,
                       "of blinded runs: where the log of unblindings is; unset: as their config says");
    // Without a beam there is nothing to fit: sources, pulsers and pedestals are for calibrations, and
    // beam-off runs have no protons. Tests may have been taken with beam.
    command.add_option("--run-type", run_type_, "of the runs in the spectra")
        ->check(CLI::IsMember({"physics", "test"}))
        ->capture_default_str();
    command.add_flag("--allow-simulated", allow_simulated_, "take SIMULATED runs; every output says so");
}

proto::Status OwnSpectra::check_options() const {
    if (given() || (histogram_.empty() && good_runs_.empty() && runs_dir_.empty() && !allow_simulated_))
        return {};
    return error(ErrorKind::CONFIG,
                 "--histogram, --good-runs, --runs-dir and --allow-simulated go with --spectra");
}

proto::Status OwnSpectra::check_provenance(const Provenance& provenance) const {
    const auto refused = [&](const std::string& what) {
        return error(ErrorKind::REFUSED, fmt::format("{}: {}", path_, what));
    };
    if (provenance.run_type == "mixed")
        return refused(fmt::format("runs of several types were merged; a fit takes {} runs", run_type_));
    if (provenance.run_type != run_type_)
        return refused(fmt::format("{} of the type {}; a fit takes {} runs",
                                   provenance.runs.size() == 1 ? "its run is" : "its runs are",
                                   provenance.run_type, run_type_));
    if (provenance.simulated && !allow_simulated_)
        return refused("it is of SIMULATED runs; --allow-simulated takes them");
    if (provenance.config_sha256 == "mixed")
        return refused(
            "runs with different configs were merged, so windows and beam may differ; reprocess them with "
            "one --config");
    return {};
}

Result<MeasuredSpectrum> OwnSpectra::read(const Axes& axes) const {
    std::error_code failure;
    if (std::filesystem::exists(path_ + "/run.txtpb", failure))
        return error(ErrorKind::CONFIG,
                     fmt::format("{} is a run; reprocess it and name what that writes", path_));
    auto saved = load_spectra(saved_file(path_));
    if (!saved) return saved.error();
    open_sealed(*saved, runs_dir_);
    if (auto status = check_provenance(saved->provenance); !status) return status.error();
    std::optional<GoodRuns> good;
    if (!good_runs_.empty()) {
        auto list = load_good_runs(good_runs_);
        if (!list) return list.error();
        if (auto status = check_versions_before(*list); !status) return status.error();
        if (auto status = check_good(*list, saved->filled); !status)
            return error(status.error().kind, fmt::format("{}: {}", path_, status.error().message));
        good = std::move(*list);
    }
    auto measured = measured_spectrum(*saved, histogram_, axes);
    if (!measured)
        return error(measured.error().kind, fmt::format("{}: {}", path_, measured.error().message));
    measured->exposure.file = path_;
    measured->exposure.good_runs = std::move(good);
    return measured;
}

std::string own_text(const OwnExposure& exposure) {
    const auto& origin = exposure.provenance;
    const auto& pot = exposure.pot;
    const double channels = exposure.channels;
    std::string text;
    if (origin.simulated) text += "SIMULATED: no such measurement has been made\n";
    if (exposure.sealed) text += "BLINDED: the coincident counts are not looked at\n";
    if (!origin.unblinding.empty()) text += fmt::format("UNBLINDED: {}\n", origin.unblinding);
    text += fmt::format("{} ({}), histogram {}, selection {}\n", plot::runs_text(origin.runs),
                        origin.run_type, exposure.histogram, exposure.selection);
    text += fmt::format("C {} and AC {} live; E_C/E_AC = {:.6g} ± {:.2g}\n",
                        plot::live_time_text(exposure.in_time_live_s / channels),
                        plot::live_time_text(exposure.anti_coincident_live_s / channels),
                        exposure.alpha.value, exposure.alpha.sigma);
    text += fmt::format("{:.4e} POT of the ledger{} instead of the file's {:.4e}\n", pot.known(),
                        pot.estimated > 0 ? fmt::format(" ({:.4e} estimated)", pot.estimated) : "",
                        exposure.pot_of_file);
    if (pot.windows_without_charge > 0)
        text += fmt::format("WARNING: {} of {} C windows have no charge: protons are {:.2g} % more\n",
                            pot.windows_without_charge, pot.windows, 100 * pot.unknown_share());
    return text + (exposure.good_runs ? exposure.good_runs->citation() : "no good-run list") + "\n";
}

json::object own_json(const OwnExposure& exposure) {
    const auto& origin = exposure.provenance;
    json::object calibrations;
    for (const auto& [name, hash] : origin.calibrations)
        calibrations[name] = hash;
    json::value good = nullptr;
    if (exposure.good_runs) {
        const auto& list = exposure.good_runs->list;
        good = {{"name", list.name()},
                {"version", list.version()},
                {"signed_by", list.signed_by()},
                {"sha256", exposure.good_runs->sha256}};
    }
    return {{"file", exposure.file},
            {"histogram", exposure.histogram},
            {"selection", exposure.selection},
            {"runs", json::array(origin.runs.begin(), origin.runs.end())},
            {"run_type", origin.run_type},
            {"simulated", origin.simulated},
            {"blinded", origin.blinded},
            {"unblinding", origin.unblinding.empty() ? json::value(nullptr) : json::value(origin.unblinding)},
            {"good_runs", std::move(good)},
            {"pot", exposure.pot.known()},
            {"pot_estimated", exposure.pot.estimated},
            {"pot_of_file", exposure.pot_of_file},
            {"windows_without_charge", exposure.pot.windows_without_charge},
            {"alpha", exposure.alpha.value},
            {"alpha_sigma", exposure.alpha.sigma},
            {"in_time_live_s", exposure.in_time_live_s},
            {"anti_coincident_live_s", exposure.anti_coincident_live_s},
            {"channels", exposure.channels},
            {"config_sha256", origin.config_sha256},
            {"software_version", origin.software_version},
            {"calibrations", std::move(calibrations)}};
}

}  // namespace spillgate::offline

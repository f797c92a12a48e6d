#include "offline/verbs/spectra_input.hpp"

#include <algorithm>
#include <filesystem>
#include <thread>

#include "offline/blinding/shown.hpp"
#include "offline/verbs/output_directory.hpp"

namespace spillgate::offline {

void SpectraInput::add_options(CLI::App& command) {
    command
        .add_option("INPUT", options_.directories,
                    "an output directory or spectra.saved file, or run directories of one run")
        ->required();
    command.add_option("--config", options_.config, "process a run with this config, not with its own");
    command
        .add_option(
            "--calibration", options_.calibrations,
            "calibration file (SPE or HPGe) for a run, once for each: their constants hold instead of the "
            "config's")
        ->allow_extra_args(false);
    command.add_option("--runs-dir", options_.runs_dir,
                       "of blinded runs: where the log of unblindings is; unset: beside a run, or as the "
                       "config of saved spectra says");
    options_.threads = std::clamp(std::thread::hardware_concurrency(), 1u, 256u);
    command.add_option("--threads", options_.threads, "threads that reconstruct a run")
        ->check(CLI::Range(1, 256))
        ->capture_default_str();
}

bool SpectraInput::is_run() const {
    std::error_code failure;
    return options_.directories.size() > 1 ||
           std::filesystem::exists(options_.directories.front() + "/run.txtpb", failure);
}

proto::Result<Processed> SpectraInput::load(const std::string& candidate_table) const {
    if (is_run() || !candidate_table.empty()) {
        auto options = options_;
        options.candidate_table = candidate_table;
        return process_runs(options);
    }
    if (!options_.config.empty() || !options_.calibrations.empty())
        return proto::error(
            proto::ErrorKind::CONFIG,
            "--config and --calibration are for runs; saved spectra were made with the config "
            "that they hold");
    auto saved = load_spectra(saved_file(options_.directories.front()));
    if (!saved) return saved.error();
    Processed out;
    out.saved = std::move(*saved);
    open_sealed(out.saved, options_.runs_dir);
    return out;
}

}  // namespace spillgate::offline

#include "offline/verbs/process_runs.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "offline/blinding/second_config.hpp"
#include "offline/blinding/shown.hpp"
#include "offline/calibration/applied_calibrations.hpp"
#include "offline/export/candidate_table.hpp"
#include "offline/spectra/filled_spectra.hpp"
#include "offline/verbs/progress.hpp"
#include "offline/verbs/slot_pipeline.hpp"
#include "proto/config_loader.hpp"
#include "proto/wire.hpp"

namespace spillgate::offline {

namespace {

using proto::ErrorKind;
using proto::Result;
using proto::RunReader;

// A verdict may come this many slots after its record before the record is given up: half an hour at 60 Hz.
constexpr std::size_t max_pending_slots = 100000;

Result<std::vector<RunReader>> open_all(const std::vector<std::string>& directories) {
    std::vector<RunReader> runs;
    for (const auto& directory : directories) {
        auto run = RunReader::open(directory);
        if (!run) return run.error();
        if (!runs.empty() && run->description().number() != runs.front().description().number())
            return proto::error(
                ErrorKind::CONFIG,
                fmt::format("{} is run {}, {} is run {}; give directories of one run, and `merge` the "
                            "outputs of several",
                            directories.front(), runs.front().description().number(), directory,
                            run->description().number()));
        runs.push_back(std::move(*run));
    }
    return runs;
}

Result<proto::LoadedConfig> own_config(const RunReader& run) {
    return proto::parse_config(run.description().effective_config(), run.directory() + "/run.txtpb");
}

Result<proto::LoadedConfig> config_of(const std::vector<RunReader>& runs, const std::string& path) {
    if (!path.empty()) return proto::load_config(path);
    const auto& first = runs.front();
    for (const auto& run : runs)
        if (run.description().effective_config() != first.description().effective_config())
            return proto::error(ErrorKind::CONFIG,
                                fmt::format("{} and {} have different configs; name one with --config",
                                            first.directory(), run.directory()));
    return own_config(first);
}

// As blind as the runs are.
Result<SecondConfig> config_for(const std::vector<RunReader>& runs, const ProcessOptions& options,
                                bool opened) {
    auto given = config_of(runs, options.config);
    if (!given) return given.error();
    const auto blinded =
        std::ranges::find_if(runs, [](const auto& run) { return run.description().blinded(); });
    if (blinded == runs.end()) return SecondConfig{std::move(*given), false};
    const auto own = own_config(*blinded);
    if (!own) return own.error();
    auto second = second_config(*own, *given, !options.calibrations.empty());
    if (second && opened) second->leaves_out_in_time = false;
    return second;
}

std::string log_directory(const ProcessOptions& options) {
    return options.runs_dir.empty() ? runs_dir_of(options.directories.front()) : options.runs_dir;
}

// Such windows count as nothing.
void leave_out_in_time(proto::Verdict& verdict) {
    for (auto& window : verdict.windows)
        if (window.kind == wire::IN_TIME && classify(window, window, verdict) != WindowClass::NO_BEAM)
            window.kind = wire::UNKNOWN;
}

Provenance provenance_of_all(const std::vector<RunReader>& runs, const std::string& config_sha256) {
    Provenance out = provenance_of(runs.front().description(), config_sha256);
    for (const auto& run : runs) {
        const Provenance one = provenance_of(run.description(), config_sha256);
        out.simulated = out.simulated || one.simulated;
        out.blinded = out.blinded || one.blinded;
        out.calibrations.insert(out.calibrations.end(), one.calibrations.begin(), one.calibrations.end());
    }
    std::sort(out.calibrations.begin(), out.calibrations.end());
    out.calibrations.erase(std::unique(out.calibrations.begin(), out.calibrations.end()),
                           out.calibrations.end());
    return out;
}

// They must hold for every slot of the runs.
Result<std::vector<NamedCalibration>> load_calibrations(const std::vector<std::string>& paths,
                                                        const std::vector<RunReader>& runs) {
    std::vector<NamedCalibration> files;
    for (const auto& path : paths) {
        auto calibration = load_calibration(path);
        if (!calibration) return calibration.error();
        files.push_back({path, std::move(*calibration)});
    }
    for (const auto& run : runs) {
        const auto labels = utc_labels_of(run);
        if (!labels) return labels.error();
        if (auto status = check_validity(files, *labels); !status) return status.error();
    }
    return files;
}

// Reads all blocks in order, passes them through the pipeline, and joins what comes out.
class RunProcessor {
  public:
    RunProcessor(const ProcessOptions& options, const Engine& engine, bool leaves_out_in_time,
                 Accumulator& accumulator, std::vector<proto::Damage>& damage)
        : options_(options),
          leaves_out_in_time_(leaves_out_in_time),
          accumulator_(accumulator),
          damage_(damage),
          pipeline_(engine, options.threads, [this](SlotPipeline::Done& done) { take(done); }) {}

    proto::Status process(const RunReader& run) {
        Progress progress("reprocess", "messages", run.description().next_sequence());
        auto found = run.for_each_place([&](const proto::BlockPlace& place) {
            progress.advance();
            visit(place);
            return !system_error_;
        });
        pipeline_.drain();
        if (!found) return found.error();
        if (system_error_) return *system_error_;
        damage_.insert(damage_.end(), found->begin(), found->end());
        return {};
    }

  private:
    void visit(const proto::BlockPlace& place) {
        if (place.fixed.slot < options_.first_slot || place.fixed.slot > options_.last_slot) return;
        pipeline_.push(place);
    }

    void take(SlotPipeline::Done& done) {
        const auto& place = done.place;
        if (!done.status && done.status.error().kind == ErrorKind::IO)
            system_error_ = done.status.error();
        else if (!done.status)
            damage_.push_back({place.file->path(), place.offset, done.status.error()});
        else if (place.fixed.type == proto::BlockType::VERDICT) {
            if (leaves_out_in_time_) leave_out_in_time(done.verdict);
            accumulator_.add(done.verdict);
        } else
            accumulator_.add(done.daemon, done.candidates);
    }

    const ProcessOptions& options_;
    bool leaves_out_in_time_;
    Accumulator& accumulator_;
    std::vector<proto::Damage>& damage_;
    std::optional<proto::Error> system_error_;
    SlotPipeline pipeline_;
};

}  // namespace

Result<Processed> process_runs(const ProcessOptions& options) {
    auto runs = open_all(options.directories);
    if (!runs) return runs.error();
    const std::uint32_t number = runs->front().description().number();
    const auto key = key_of({&number, 1}, log_directory(options)).unsealing;
    auto second = config_for(*runs, options, key.has_value());
    if (!second) return second.error();
    Result<proto::LoadedConfig> config(std::move(second->config));
    std::vector<std::pair<std::string, std::string>> calibrations;
    if (!options.calibrations.empty()) {
        auto files = load_calibrations(options.calibrations, *runs);
        if (!files) return files.error();
        config = with_calibrations(*config, *files);
        if (!config) return config.error();
        for (const auto& file : *files)
            calibrations.emplace_back(std::filesystem::path(file.path).filename().string(),
                                      sha256_of(file.calibration));
        std::ranges::sort(calibrations);
    }
    auto engine = Engine::make(config->config);
    if (!engine)
        return proto::error(engine.error().kind, fmt::format("{}: {}", config->path, engine.error().message));

    Processed out;
    auto& saved = out.saved;
    saved.engine = *engine;
    saved.spectra = saved.engine->make_spectra();
    saved.provenance = provenance_of_all(*runs, config->sha256);
    saved.provenance.blinded = (*engine)->config().blinded();
    // A calibration given now takes the place of those that the run was taken with.
    if (!calibrations.empty()) saved.provenance.calibrations = calibrations;
    saved.effective_config = config->effective;

    Accumulator accumulator(*saved.spectra, max_pending_slots);
    std::optional<CandidateTable> table;
    if (!options.candidate_table.empty()) {
        table.emplace(saved.engine, options.candidate_table, key.has_value());
        accumulator.observe([&](std::string_view daemon, const SlotCandidates& candidates,
                                const proto::Verdict& verdict) { table->add(daemon, candidates, verdict); });
    }
    RunProcessor processor(options, *saved.engine, second->leaves_out_in_time, accumulator, out.damage);
    for (const auto& run : *runs) {
        out.aborted = out.aborted || run.aborted();
        if (auto ok = processor.process(run); !ok) return ok.error();
    }
    accumulator.finish();
    out.counts = accumulator.counts();
    for (const auto& [daemon, account] : accumulator.account())
        saved.filled[{number, daemon}] = account;
    open_sealed(saved, log_directory(options));
    if (table) {
        out.table_rows = table->rows();
        if (auto ok = table->finish(saved.provenance, *saved.spectra); !ok) return ok.error();
    }
    return out;
}

}  // namespace spillgate::offline

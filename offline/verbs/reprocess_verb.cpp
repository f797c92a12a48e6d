// reprocess: every record of a run through the engine; histograms in all formats, their exact state and the
// candidate table.
#include <algorithm>
#include <thread>

#include <fmt/format.h>

#include "offline/blinding/shown.hpp"
#include "offline/verbs/json_text.hpp"
#include "offline/verbs/output_directory.hpp"
#include "offline/verbs/process_runs.hpp"
#include "offline/verbs/verbs.hpp"

namespace spillgate::offline {

namespace {

namespace json = boost::json;
using proto::Result;

json::object to_json(const AccumulatorCounts& counts) {
    return {{"joined", counts.joined},
            {"without_record", counts.without_record},
            {"record_lost", counts.record_lost},
            {"verdict_lost", counts.verdict_lost},
            {"duplicates", counts.duplicates},
            {"given_up_records", counts.given_up_records},
            {"given_up_verdicts", counts.given_up_verdicts}};
}

std::string to_text(const AccumulatorCounts& counts) {
    std::string text = fmt::format("  {} slots with record and verdict, {} without record\n", counts.joined,
                                   counts.without_record);
    if (counts.record_lost + counts.verdict_lost + counts.duplicates + counts.given_up_records +
            counts.given_up_verdicts !=
        0)
        text += fmt::format(
            "  records lost {}, verdicts lost {}, duplicates {}, given up {} records and {} verdicts\n",
            counts.record_lost, counts.verdict_lost, counts.duplicates, counts.given_up_records,
            counts.given_up_verdicts);
    return text;
}

class ReprocessVerb : public Verb {
  public:
    std::string_view name() const override { return "reprocess"; }
    std::string_view summary() const override {
        return "Reconstruct a recorded run into spectra and candidate tables";
    }
    std::string_view example() const override {
        return "spillgate-offline reprocess runs/run-000012 --out spectra-12\n"
               "  spillgate-offline reprocess runs/run-000012 --config new-cuts.txtpb --threads 8 --out "
               "spectra-12b\n"
               "  spillgate-offline reprocess runs/run-000013 --calibration ge-12.txtpb --out spectra-13";
    }
    void add_options(CLI::App& command) override {
        command.add_option("RUN", options_.directories, "directories of one run: of all its daemons")
            ->required();
        command.add_option("-o,--out", out_, "directory for the outputs")->required();
        command.add_option("--config", options_.config, "process with this config, not with the run's own");
        command
            .add_option("--calibration", options_.calibrations,
                        "calibration file (SPE or HPGe), once for each: their constants hold instead of the "
                        "config's")
            ->allow_extra_args(false);
        options_.threads = std::clamp(std::thread::hardware_concurrency(), 1u, 256u);
        command
            .add_option("--threads", options_.threads,
                        "threads that reconstruct; the result does not depend on it")
            ->check(CLI::Range(1, 256))
            ->capture_default_str();
        command.add_option("--first-slot", options_.first_slot, "leave out the slots before this one");
        command.add_option("--last-slot", options_.last_slot, "leave out the slots after this one");
        command.add_option("--runs-dir", options_.runs_dir,
                           "of blinded runs: where the log of unblindings is; unset: beside the run");
        command.add_flag("--no-candidates", no_candidates_, "do not write the candidate table");
        command.add_flag("--overwrite", overwrite_, "replace the files of an earlier reprocess in --out");
    }

    Result<Report> run() override {
        // The run and its config are looked at before anything is written.
        for (const auto& directory : options_.directories)
            if (auto reader = proto::RunReader::open(directory); !reader) return reader.error();
        if (auto ok = prepare_output(out_, overwrite_); !ok) return ok.error();
        if (!no_candidates_) options_.candidate_table = fmt::format("{}/{}", out_, candidates_name);
        auto done = process_runs(options_);
        if (!done) return done.error();
        if (auto ok = write_output(done->saved, out_); !ok) return ok.error();

        const auto& saved = done->saved;
        Report report;
        report.failed = !done->damage.empty();
        report.json = {{"run", saved.provenance.runs.front()},
                       {"out", out_},
                       {"aborted", done->aborted},
                       {"config_sha256", saved.provenance.config_sha256},
                       {"engine_sha256", saved.engine->hash()},
                       {"slots", saved.spectra->slots()},
                       {"inconsistent_slots", saved.spectra->inconsistent_slots()},
                       {"join", to_json(done->counts)},
                       {"candidate_rows", done->table_rows},
                       {"spectra", spectra_json(*saved.engine, saved.shown())},
                       {"damage", damage_json(done->damage)}};
        report.text = fmt::format(
            "run {}: {} slots into {}{}\n", saved.provenance.runs.front(), saved.spectra->slots(), out_,
            done->aborted ? " (the run has no end record: it was aborted or still runs)" : "");
        report.text += to_text(done->counts) + blinding_text(saved) +
                       spectra_text(*saved.engine, saved.shown()) + damage_text(done->damage);
        return report;
    }

  private:
    ProcessOptions options_;
    std::string out_;
    bool no_candidates_ = false;
    bool overwrite_ = false;
};

}  // namespace

std::unique_ptr<Verb> make_reprocess_verb() {
    return std::make_unique<ReprocessVerb>();
}

}  // namespace spillgate::offline

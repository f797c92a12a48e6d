// export: histograms of saved spectra or of a run, or a run's candidate table, into one file.
#include <algorithm>
#include <filesystem>
#include <thread>

#include <fmt/format.h>

#include "offline/verbs/json_text.hpp"
#include "offline/verbs/output_directory.hpp"
#include "offline/verbs/process_runs.hpp"
#include "offline/verbs/verbs.hpp"

namespace spillgate::offline {

namespace {

namespace json = boost::json;
namespace fs = std::filesystem;
using proto::Result;

class ExportVerb : public Verb {
  public:
    std::string_view name() const override { return "export"; }
    std::string_view summary() const override {
        return "Write histograms or a candidate table for other programs";
    }
    std::string_view example() const override {
        return "spillgate-offline export spectra-12 --format csv --out spectra-12.csv\n"
               "  spillgate-offline export runs/run-000012 --format hdf5 --out run-12.h5\n"
               "  spillgate-offline export runs/run-000012 --candidates --out candidates-12.h5";
    }
    void add_options(CLI::App& command) override {
        command
            .add_option("INPUT", options_.directories,
                        "an output directory or spectra.saved file, or run directories of one run")
            ->required();
        command.add_option("-o,--out", out_, "file to write; replaced if it exists")->required();
        command.add_option("--format", format_, "of histograms")
            ->check(CLI::IsMember({"hdf5", "json", "csv"}))
            ->capture_default_str();
        command.add_flag("--candidates", candidates_, "write the candidate table (HDF5) of a run instead");
        command.add_option("--config", options_.config, "process a run with this config, not with its own");
        options_.threads = std::clamp(std::thread::hardware_concurrency(), 1u, 256u);
        command.add_option("--threads", options_.threads, "threads that reconstruct a run")
            ->check(CLI::Range(1, 256))
            ->capture_default_str();
    }

    Result<Report> run() override {
        Report report;
        Result<SavedSpectra> saved = candidates_ || is_run() ? from_runs(report) : from_saved();
        if (!saved) return saved.error();
        if (!candidates_) {
            const auto format = *format_from_name(format_);
            if (auto ok = export_spectra(*saved->engine, *saved->spectra, saved->provenance, out_, format);
                !ok)
                return ok.error();
        }
        report.json["out"] = out_;
        report.json["format"] = candidates_ ? "hdf5" : format_;
        report.json["slots"] = saved->spectra->slots();
        report.json["spectra"] = spectra_json(*saved->engine, *saved->spectra);
        report.text = fmt::format("{} slots into {}\n", saved->spectra->slots(), out_) + report.text;
        return report;
    }

  private:
    bool is_run() const {
        std::error_code failure;
        return options_.directories.size() > 1 ||
               fs::exists(options_.directories.front() + "/run.txtpb", failure);
    }

    Result<SavedSpectra> from_runs(Report& report) {
        if (candidates_) options_.candidate_table = out_;
        auto done = process_runs(options_);
        if (!done) return done.error();
        report.failed = !done->damage.empty();
        report.json["damage"] = damage_json(done->damage);
        report.text = damage_text(done->damage);
        if (candidates_) report.json["candidate_rows"] = done->table_rows;
        return std::move(done->saved);
    }

    Result<SavedSpectra> from_saved() {
        if (!options_.config.empty())
            return proto::error(
                proto::ErrorKind::CONFIG,
                "--config is for runs; saved spectra were made with the config that they hold");
        return load_spectra(saved_file(options_.directories.front()));
    }

    ProcessOptions options_;
    std::string out_;
    std::string format_ = "hdf5";
    bool candidates_ = false;
};

}  // namespace

std::unique_ptr<Verb> make_export_verb() {
    return std::make_unique<ExportVerb>();
}

}  // namespace spillgate::offline

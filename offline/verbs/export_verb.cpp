// export: histograms of saved spectra or of a run, or a run's candidate table, into one file.
#include <fmt/format.h>

#include "offline/blinding/shown.hpp"
#include "offline/verbs/json_text.hpp"
#include "offline/verbs/spectra_input.hpp"
#include "offline/verbs/verbs.hpp"

namespace spillgate::offline {

namespace {

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
        input_.add_options(command);
        command.add_option("-o,--out", out_, "file to write; replaced if it exists")->required();
        command.add_option("--format", format_, "of histograms")
            ->check(CLI::IsMember({"hdf5", "json", "csv"}))
            ->capture_default_str();
        command.add_flag("--candidates", candidates_, "write the candidate table (HDF5) of a run instead");
    }

    Result<Report> run() override {
        const auto done = input_.load(candidates_ ? out_ : std::string());
        if (!done) return done.error();
        const auto& saved = done->saved;
        if (!candidates_) {
            const auto format = *format_from_name(format_);
            if (auto ok = export_spectra(*saved.engine, saved.shown(), saved.provenance, out_, format); !ok)
                return ok.error();
        }
        Report report;
        if (candidates_ || input_.is_run()) {
            report.failed = !done->damage.empty();
            report.json["damage"] = damage_json(done->damage);
        }
        if (candidates_) report.json["candidate_rows"] = done->table_rows;
        report.json["out"] = out_;
        report.json["format"] = candidates_ ? "hdf5" : format_;
        report.json["slots"] = saved.spectra->slots();
        report.json["spectra"] = spectra_json(*saved.engine, saved.shown());
        report.text = fmt::format("{} slots into {}\n", saved.spectra->slots(), out_) + blinding_text(saved) +
                      damage_text(done->damage);
        return report;
    }

  private:
    SpectraInput input_;
    std::string out_;
    std::string format_ = "hdf5";
    bool candidates_ = false;
};

}  // namespace

std::unique_ptr<Verb> make_export_verb() {
    return std::make_unique<ExportVerb>();
}

}  // namespace spillgate::offline

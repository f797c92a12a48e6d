// merge: adds saved spectra exactly, each slot once.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "offline/blinding/shown.hpp"
#include "offline/verbs/json_text.hpp"
#include "offline/verbs/output_directory.hpp"
#include "offline/verbs/verbs.hpp"

namespace spillgate::offline {

namespace {

namespace json = boost::json;
using proto::Result;

class MergeVerb : public Verb {
  public:
    std::string_view name() const override { return "merge"; }
    std::string_view summary() const override {
        return "Add the spectra of several runs, or parts of one, exactly";
    }
    std::string_view example() const override {
        return "spillgate-offline merge spectra-12 spectra-13 spectra-14 --out spectra-12-14";
    }
    void add_options(CLI::App& command) override {
        command
            .add_option("INPUT", inputs_, "output directories of reprocess or merge, or spectra.saved files")
            ->required();
        command.add_option("-o,--out", out_, "directory for the outputs")->required();
        command.add_option("--runs-dir", runs_dir_,
                           "of blinded runs: where the log of unblindings is; unset: as their config says");
        command.add_flag("--overwrite", overwrite_, "replace the files of an earlier merge in --out");
    }

    Result<Report> run() override {
        auto sum = load_spectra(saved_file(inputs_.front()));
        if (!sum) return sum.error();
        for (std::size_t i = 1; i < inputs_.size(); ++i) {
            const auto next = load_spectra(saved_file(inputs_[i]));
            if (!next) return next.error();
            if (auto ok = merge_spectra(*sum, *next); !ok)
                return proto::error(ok.error().kind, fmt::format("{}: {}", inputs_[i], ok.error().message));
        }
        open_sealed(*sum, runs_dir_);
        if (auto ok = prepare_output(out_, overwrite_); !ok) return ok.error();
        if (auto ok = write_output(*sum, out_); !ok) return ok.error();

        Report report;
        json::array runs(sum->provenance.runs.begin(), sum->provenance.runs.end());
        report.json = {{"runs", std::move(runs)},
                       {"inputs", inputs_.size()},
                       {"out", out_},
                       {"slots", sum->spectra->slots()},
                       {"engine_sha256", sum->engine->hash()},
                       {"spectra", spectra_json(*sum->engine, sum->shown())}};
        report.text = fmt::format("runs {}: {} slots into {}\n{}{}", fmt::join(sum->provenance.runs, ", "),
                                  sum->spectra->slots(), out_, blinding_text(*sum),
                                  spectra_text(*sum->engine, sum->shown()));
        return report;
    }

  private:
    std::vector<std::string> inputs_;
    std::string out_, runs_dir_;
    bool overwrite_ = false;
};

}  // namespace

std::unique_ptr<Verb> make_merge_verb() {
    return std::make_unique<MergeVerb>();
}

}  // namespace spillgate::offline

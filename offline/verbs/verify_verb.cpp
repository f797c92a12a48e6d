// verify: reads a run completely, recomputes everything, and says whether it is whole; with --repair, writes
// a valid copy of what is left.
#include <optional>

#include <fmt/format.h>

#include "offline/verbs/json_text.hpp"
#include "offline/verbs/verbs.hpp"
#include "proto/run_file/run_reader.hpp"

namespace spillgate::offline {

namespace {

namespace json = boost::json;
using proto::Result;
using proto::Verification;

json::object to_json(const Verification& v) {
    return {{"run", v.description.number()},
            {"valid", v.valid()},
            {"aborted", v.aborted},
            {"repaired", v.description.repaired()},
            {"blocks", v.blocks},
            {"spills", v.spills},
            {"verdicts", v.verdicts},
            {"missing_sequences", v.missing_sequences},
            {"ledger_agrees", v.ledger_agrees},
            {"dispositions_sum", v.dispositions_sum},
            {"ledger", ledger_json(v.ledger)},
            {"damage", damage_json(v.damage)}};
}

std::string to_text(const std::string& directory, const Verification& v) {
    std::string text = fmt::format("{}: run {} is {}\n", directory, v.description.number(),
                                   v.valid()   ? "valid"
                                   : v.aborted ? "aborted (no end record)"
                                               : "damaged");
    if (v.description.repaired()) text += "  it was repaired: what the original had lost is lost here, too\n";
    text += fmt::format("  {} blocks: {} Spill records, {} verdicts\n", v.blocks, v.spills, v.verdicts);
    if (v.missing_sequences != 0) text += fmt::format("  {} messages are missing\n", v.missing_sequences);
    if (!v.aborted && !v.ledger_agrees)
        text += "  the ledger of the end record does not agree with the verdicts\n";
    if (!v.dispositions_sum) text += "  the dispositions do not sum to the slots\n";
    return text + ledger_text(v.ledger) + damage_text(v.damage);
}

class VerifyVerb : public Verb {
  public:
    std::string_view name() const override { return "verify"; }
    std::string_view summary() const override {
        return "Check every block of a run and its ledger; repair a copy";
    }
    std::string_view example() const override { return "spillgate-offline verify --repair runs/run-000012"; }
    void add_options(CLI::App& command) override {
        command.add_option("RUN", directory_, "run directory")->required();
        command.add_flag("--repair", repair_, "write a valid run of all whole blocks to RUN.repaired");
    }

    Result<Report> run() override {
        const auto found = proto::verify_run(directory_);
        if (!found) return found.error();
        Report report;
        report.json = to_json(*found);
        report.text = to_text(directory_, *found);
        report.failed = !found->valid();
        if (!repair_) return report;
        if (found->valid()) {
            report.json["repaired_directory"] = nullptr;
            report.text += "nothing to repair\n";
            return report;
        }
        const auto directory = proto::repair_run(directory_);
        if (!directory) return directory.error();
        const auto again = proto::verify_run(*directory);
        if (!again) return again.error();
        report.json["repaired_directory"] = *directory;
        report.json["repair"] = to_json(*again);
        report.text += to_text(*directory, *again);
        // What cannot come back (messages that were lost) stays missing in the copy.
        report.failed = again->aborted || !again->damage.empty();
        return report;
    }

  private:
    std::string directory_;
    bool repair_ = false;
};

}  // namespace

std::unique_ptr<Verb> make_verify_verb() {
    return std::make_unique<VerifyVerb>();
}

}  // namespace spillgate::offline

// unblind: opens what is sealed of blinded runs, for good, and says who did it.
#include <boost/json/array.hpp>
#include <fmt/format.h>

#include "offline/blinding/unblind.hpp"
#include "offline/verbs/json_text.hpp"
#include "offline/verbs/verbs.hpp"

namespace spillgate::offline {

namespace {

namespace json = boost::json;
using proto::Result;

json::object act_json(const proto::LoggedUnblinding& logged) {
    const auto& act = logged.act;
    json::array boxes;
    for (const auto& box : act.box())
        boxes.emplace_back(box);
    return {{"number", act.number()},       {"utc_ns", act.utc_ns()},
            {"signed_by", act.signed_by()}, {"reason", act.reason()},
            {"first_run", act.first_run()}, {"last_run", act.last_run()},
            {"box", std::move(boxes)},      {"software_version", act.software_version()},
            {"sha256", logged.sha256}};
}

std::string act_text(const proto::LoggedUnblinding& logged) {
    const auto& act = logged.act;
    return fmt::format("{} at {}: runs {} to {}: {}\n", proto::citation_of(logged), utc_text(act.utc_ns()),
                       act.first_run(), act.last_run(), act.reason());
}

class UnblindVerb : public Verb {
  public:
    std::string_view name() const override { return "unblind"; }
    std::string_view summary() const override { return "Open the sealed counts of blinded runs, for good"; }
    std::string_view example() const override {
        return "spillgate-offline unblind --runs-dir runs --first-run 800 --last-run 820 --signed-by "
               "\"A. Person\" --reason \"selection and background are frozen\" --confirm \"UNBLIND "
               "800-820\"\n"
               "  spillgate-offline unblind --runs-dir runs --list";
    }
    void add_options(CLI::App& command) override {
        command.add_option("--runs-dir", request_.runs_dir, "where the runs are, and the log of unblindings")
            ->required();
        command.add_flag("--list", list_, "only show the log, and whether its chain holds");
        command.add_option("--first-run", request_.first_run, "first of the runs to be opened");
        command.add_option("--last-run", request_.last_run, "last of them, itself included");
        command.add_option("--signed-by", request_.signed_by, "who opens them");
        command.add_option("--reason", request_.reason, "why");
        command.add_option("--confirm", request_.confirm, "\"UNBLIND FIRST-LAST\": it cannot be taken back");
    }

    Result<Report> run() override {
        if (list_) return show();
        const auto logged = unblind(request_);
        if (!logged) return logged.error();
        Report report;
        report.json = act_json(*logged);
        report.text = act_text(*logged);
        return report;
    }

  private:
    Result<Report> show() const {
        const auto log = proto::UnblindingLog::open(request_.runs_dir);
        if (!log) return log.error();
        const auto problem = log->chain() ? std::string() : log->chain().error().message;
        Report report;
        report.failed = !problem.empty();
        json::array acts;
        for (const auto& logged : log->acts()) {
            acts.push_back(act_json(logged));
            report.text += act_text(logged);
        }
        if (!problem.empty())
            report.text += problem + "\n";
        else if (acts.empty())
            report.text = "nothing has been unblinded\n";
        report.json = {{"unblindings", std::move(acts)},
                       {"problem", problem.empty() ? json::value(nullptr) : json::value(problem)}};
        return report;
    }

    UnblindRequest request_;
    bool list_ = false;
};

}  // namespace

std::unique_ptr<Verb> make_unblind_verb() {
    return std::make_unique<UnblindVerb>();
}

}  // namespace spillgate::offline

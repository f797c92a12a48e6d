#include <istream>
#include <ostream>

#include <fmt/format.h>

#include "daq/ctl/console/answer_fields.hpp"
#include "daq/ctl/console/console_verbs.hpp"

namespace spillgate::daq {

namespace {

namespace json = boost::json;
using proto::error;
using proto::ErrorKind;

std::string runs_of(const json::object& act) {
    const auto first = word_in(act, "first_run");
    const auto last = word_in(act, "last_run");
    return first == last ? first : fmt::format("{}-{}", first, last);
}

}  // namespace

ConsoleVerb list_unblindings() {
    return [](const ConsoleClient& console, bool as_json) -> ConsoleResult {
        const auto log = console.get(ApiPath("/api/unblinding"));
        if (!log) return log.error();
        const auto problem = text_in(*log, "problem");
        const auto why = problem.empty() ? problem : fmt::format("the log grants nothing: {}", problem);
        if (as_json) return ConsoleAnswer{json_line(*log), why};
        TextTable table({"act", "when (UTC)", "runs", "signed by", "reason"});
        const auto acts = objects_in(*log, "unblindings");
        for (const auto* act : acts)
            table.add({word_in(*act, "number"), time_in(*act, "utc_s"), runs_of(*act),
                       word_in(*act, "signed_by"), word_in(*act, "reason")});
        auto out = acts.empty() ? std::string("nothing is unblinded\n") : table.text();
        if (const auto* const followed = object_in(*log, "followed"); followed != nullptr) {
            const auto opened = text_in(*followed, "opened_by");
            out += fmt::format("run {} goes on, {}\n", word_in(*followed, "run"),
                               opened.empty() ? "blinded" : fmt::format("opened by {}", opened));
        }
        return ConsoleAnswer{std::move(out), why};
    };
}

// The console compares the phrase; whoever cannot type it has not understood what is asked.
ConsoleVerb unblind(UnblindingAsked asked, std::istream& typed, std::ostream& prompt) {
    return [asked = std::move(asked), &typed, &prompt](const ConsoleClient& console,
                                                       bool as_json) -> ConsoleResult {
        prompt << fmt::format(
                      "This opens the box of runs {} to {} for good, signed with your name.\n"
                      "Type UNBLIND and the runs, as in UNBLIND 800-820: ",
                      asked.first_run, asked.last_run)
               << std::flush;
        std::string phrase;
        if (!std::getline(typed, phrase) || phrase.empty())
            return error(ErrorKind::CONFIG, "nothing was typed, and nothing is unblinded");
        const auto done =
            console.post(ApiPath("/api/unblinding"), json::object{{"first_run", asked.first_run},
                                                                  {"last_run", asked.last_run},
                                                                  {"reason", asked.reason},
                                                                  {"confirm", phrase}});
        if (!done) return done.error();
        if (as_json) return ConsoleAnswer{json_line(*done)};
        const auto* const act = object_in(*done, "unblinding");
        if (act == nullptr) return error(ErrorKind::CORRUPT, "the console answered without the act");
        auto out = fmt::format("runs {} unblinded: act {}, signed by {}\n", runs_of(*act),
                               word_in(*act, "number"), word_in(*act, "signed_by"));
        if (!number_in(*done, "logbook")) out += "the logbook has no entry of it: it is off\n";
        return ConsoleAnswer{std::move(out)};
    };
}

}  // namespace spillgate::daq

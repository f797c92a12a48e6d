#include <utility>

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include "daq/ctl/console/answer_fields.hpp"
#include "daq/ctl/console/console_verbs.hpp"
#include "daq/ctl/console/good_run_flag.hpp"

namespace spillgate::daq {

namespace {

namespace json = boost::json;
using proto::error;
using proto::ErrorKind;

ApiPath good_runs_path() {
    return ApiPath("/api/good-runs");
}

void add_stretches(std::string& out, std::string_view sign, const json::object& version,
                   std::string_view field) {
    for (const auto* stretch : objects_in(version, field))
        out += fmt::format("    {} {}\n", sign, word_in(*stretch, "words"));
}

// Who signed it, what it added and took away, and why.
std::string version_text(const json::object& version) {
    auto out = fmt::format("version {}  {} UTC  {}  {:.8}\n", word_in(version, "version"),
                           time_in(version, "signed_utc_s"), word_in(version, "signed_by"),
                           word_in(version, "sha256"));
    add_stretches(out, "+", version, "added");
    add_stretches(out, "-", version, "removed");
    for (const auto& line : lines_in(version, "note"))
        out += fmt::format("      {}\n", line);
    return out;
}

std::string good_text(const json::object& answer) {
    std::string out;
    for (const auto* stretch : objects_in(answer, "good"))
        add_fact(out, "good", word_in(*stretch, "words"));
    return out.empty() ? "nothing is called good\n" : out;
}

std::string list_text(const json::object& list) {
    std::string out;
    add_fact(out, "list", word_in(list, "name"));
    add_fact(out, "directory", word_in(list, "directory"));
    if (!number_in(list, "newest")) return out + "no version is signed yet\n";
    out += good_text(list);
    for (const auto* version : objects_in(list, "versions"))
        out += version_text(*version);
    if (number_in(list, "more")) out += fmt::format("older ones: --before {}\n", word_in(list, "more"));
    return out;
}

// Errors: CONFIG.
proto::Result<json::array> flags_of(const GoodRunsAsked& asked) {
    if (asked.reasons.size() != 1 && asked.reasons.size() != asked.flags.size())
        return error(ErrorKind::CONFIG,
                     fmt::format("{} reasons for {} flags; allowed are one for all, or one for each",
                                 asked.reasons.size(), asked.flags.size()));
    json::array flags;
    for (std::size_t i = 0; i < asked.flags.size(); ++i) {
        auto flag = good_run_flag(asked.flags[i]);
        if (!flag) return flag.error();
        (*flag)["reason"] = asked.reasons[asked.reasons.size() == 1 ? 0 : i];
        flags.push_back(std::move(*flag));
    }
    return flags;
}

}  // namespace

ConsoleVerb list_good_runs(std::uint64_t before, std::uint64_t limit) {
    return [before, limit](const ConsoleClient& console, bool as_json) -> ConsoleResult {
        const auto list = console.get(good_runs_path().ask("before", before).ask("limit", limit));
        if (!list) return list.error();
        const auto problem = text_in(*list, "problem");
        return ConsoleAnswer{as_json ? json_line(*list) : list_text(*list),
                             problem.empty() ? problem : fmt::format("nothing can be signed: {}", problem)};
    };
}

ConsoleVerb show_good_runs(std::uint64_t version, std::uint64_t against) {
    return [version, against](const ConsoleClient& console, bool as_json) -> ConsoleResult {
        const auto found =
            console.get(good_runs_path().segment(std::to_string(version)).ask("against", against));
        if (!found) return found.error();
        if (as_json) return ConsoleAnswer{json_line(*found)};
        auto out = version_text(*found) + good_text(*found);
        if (against != 0) out += fmt::format("+ and - are against version {}\n", word_in(*found, "against"));
        return ConsoleAnswer{std::move(out)};
    };
}

ConsoleVerb fetch_good_runs(std::uint64_t version) {
    return [version](const ConsoleClient& console, bool as_json) -> ConsoleResult {
        auto text = console.file(good_runs_path().segment(std::to_string(version)).segment("file"));
        if (!text) return text.error();
        return ConsoleAnswer{as_json ? json_line(json::object{{"file", *text}}) : std::move(*text)};
    };
}

ConsoleVerb show_slots_in_time(std::string times) {
    return [times = std::move(times)](const ConsoleClient& console, bool as_json) -> ConsoleResult {
        const auto flag = good_run_flag("good=" + times);
        if (!flag || !(flag->contains("begin_utc_s") || flag->contains("end_utc_s")))
            return error(
                ErrorKind::CONFIG,
                fmt::format("'{}' is no time; allowed are @FROM/TO, RUN@FROM/TO, FIRST-LAST@FROM/TO", times));
        auto path = good_runs_path().segment("slots");
        for (const auto* const name : {"begin_utc_s", "end_utc_s"})
            if (const auto utc_s = number_in(*flag, name)) path.ask(name, fmt::format("{:.3f}", *utc_s));
        for (const auto* const name : {"first_run", "last_run"})
            if (flag->contains(name)) path.ask(name, word_in(*flag, name));
        const auto found = console.get(path);
        if (!found) return found.error();
        if (as_json) return ConsoleAnswer{json_line(*found)};
        std::string out;
        for (const auto* stretch : objects_in(*found, "stretches"))
            out += word_in(*stretch, "words") + "\n";
        return ConsoleAnswer{out.empty() ? "no slot lies in it\n" : std::move(out)};
    };
}

ConsoleVerb sign_good_runs(GoodRunsAsked asked) {
    return [asked = std::move(asked)](const ConsoleClient& console, bool as_json) -> ConsoleResult {
        auto flags = flags_of(asked);
        if (!flags) return flags.error();
        json::object body{{"replaces", asked.replaces}, {"flags", std::move(*flags)}};
        if (!asked.note.empty()) body["note"] = asked.note;
        const auto version = console.post(good_runs_path(), body);
        if (!version) return version.error();
        if (as_json) return ConsoleAnswer{json_line(*version)};
        auto out = version_text(*version);
        if (!number_in(*version, "logbook")) out += "the logbook has no entry of it: it is off\n";
        return ConsoleAnswer{std::move(out)};
    };
}

}  // namespace spillgate::daq

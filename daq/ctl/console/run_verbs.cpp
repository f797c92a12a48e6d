#include <fmt/format.h>

#include "daq/ctl/console/answer_fields.hpp"
#include "daq/ctl/console/console_verbs.hpp"

namespace spillgate::daq {

namespace {

namespace json = boost::json;

ApiPath run_path(std::uint64_t run) {
    ApiPath path("/api/runs");
    path.segment(std::to_string(run));
    return path;
}

std::string in_ledger(const json::object& run, std::string_view field) {
    const auto* const ledger = object_in(run, "ledger");
    return ledger == nullptr ? std::string(not_known) : word_in(*ledger, field);
}

std::string first_line(const json::object& run, std::string_view field) {
    const auto lines = lines_in(run, field);
    return lines.empty() ? std::string() : lines.front();
}

void add_ledger(std::string& out, const json::object& run) {
    if (object_in(run, "ledger") == nullptr) return add_fact(out, "slots", "none");
    add_fact(out, "slots",
             fmt::format("{}: {} complete, {} truncated, {} paused, {} without mark", in_ledger(run, "slots"),
                         in_ledger(run, "complete"), in_ledger(run, "truncated"), in_ledger(run, "paused"),
                         in_ledger(run, "mark_missed")));
    add_fact(out, "lost",
             fmt::format("{} buffer full, {} device, {} corrupt, {} disk", in_ledger(run, "lost_buffer_full"),
                         in_ledger(run, "lost_device"), in_ledger(run, "lost_corrupt"),
                         in_ledger(run, "lost_disk")));
    add_fact(out, "spills", in_ledger(run, "spills"));
    add_fact(out, "POT",
             fmt::format("{} delivered, {} recorded", in_ledger(run, "pot_delivered"),
                         in_ledger(run, "pot_recorded")));
}

void add_judgement(std::string& out, const json::object& run) {
    add_fact(out, "quality", word_in(run, "verdict"));
    for (const auto* judged : objects_in(run, "quality"))
        add_fact(
            out, "",
            fmt::format("{}: {}, {} ({}) {}", word_in(*judged, "quantity"), word_in(*judged, "verdict"),
                        word_in(*judged, "value"), word_in(*judged, "band"), text_in(*judged, "reason")));
    for (const auto* band : objects_in(run, "sideband"))
        add_fact(out, "sideband",
                 fmt::format("{}: {} ± {}", word_in(*band, "spectrum"), word_in(*band, "ratio"),
                             word_in(*band, "sigma")));
}

std::string run_text(const json::object& run) {
    std::string out;
    add_fact(out, "run",
             fmt::format("{}  {}  {}{}{}", word_in(run, "run"), word_in(run, "type"), word_in(run, "state"),
                         flag_in(run, "simulated") ? "  SIMULATED" : "",
                         flag_in(run, "blinded") ? "  blinded" : ""));
    add_fact(out, "operator", word_in(run, "operator"));
    add_fact(out, "follows", word_in(run, "restarted_from"));
    add_fact(out, "began (UTC)", time_in(run, "start_utc_s"));
    add_fact(out, "ended (UTC)", time_in(run, "stop_utc_s"));
    add_fact(out, "because", word_in(run, "stop_reason"));
    add_fact(out, "asked by", word_in(run, "stopped_by"));
    add_ledger(out, run);
    add_judgement(out, run);
    for (const auto& note : lines_in(run, "note"))
        add_fact(out, "note", note);
    for (const auto* note : objects_in(run, "notes"))
        for (const auto& text : lines_in(*note, "text"))
            add_fact(out, "note",
                     fmt::format("{}, {}: {}", time_in(*note, "utc_s"), word_in(*note, "person"), text));
    for (const auto& file : texts_in(run, "export_files"))
        add_fact(out, "file", file);
    for (const auto* pass : objects_in(run, "reprocessed"))
        add_fact(out, "reprocessed", word_in(*pass, "directory"));
    add_fact(out, "software", word_in(run, "software_version"));
    add_fact(out, "config", word_in(run, "config_sha256"));
    return out;
}

}  // namespace

ConsoleVerb list_runs(RunsQuestion question) {
    return [question = std::move(question)](const ConsoleClient& console, bool as_json) -> ConsoleResult {
        ApiPath path("/api/runs");
        path.ask("text", question.text).ask("type", question.type);
        const auto page = console.get(path.ask("before", question.before).ask("limit", question.limit));
        if (!page) return page.error();
        if (as_json) return ConsoleAnswer{json_line(*page)};
        const auto runs = objects_in(*page, "runs");
        if (runs.empty()) return ConsoleAnswer{"no runs\n"};
        TextTable table({"run", "type", "state", "began (UTC)", "ended (UTC)", "spills", "POT recorded",
                         "quality", "operator", "note"});
        for (const auto* run : runs)
            table.add({word_in(*run, "run"), word_in(*run, "type"), word_in(*run, "state"),
                       time_in(*run, "start_utc_s"), time_in(*run, "stop_utc_s"), in_ledger(*run, "spills"),
                       in_ledger(*run, "pot_recorded"), word_in(*run, "verdict"), word_in(*run, "operator"),
                       first_line(*run, "note")});
        auto out = table.text();
        if (number_in(*page, "more")) out += fmt::format("older ones: --before {}\n", word_in(*page, "more"));
        return ConsoleAnswer{std::move(out)};
    };
}

ConsoleVerb show_run(std::uint64_t run) {
    return [run](const ConsoleClient& console, bool as_json) -> ConsoleResult {
        const auto found = console.get(run_path(run));
        if (!found) return found.error();
        return ConsoleAnswer{as_json ? json_line(*found) : run_text(*found)};
    };
}

ConsoleVerb show_run_config(std::uint64_t run) {
    return [run](const ConsoleClient& console, bool as_json) -> ConsoleResult {
        auto text = console.file(run_path(run).segment("config"));
        if (!text) return text.error();
        return ConsoleAnswer{as_json ? json_line(json::object{{"config", *text}}) : std::move(*text)};
    };
}

ConsoleVerb fetch_run_file(std::uint64_t run, std::string file) {
    return [run, file = std::move(file)](const ConsoleClient& console, bool) -> ConsoleResult {
        auto bytes = console.file(run_path(run).segment("exports").segment(file));
        if (!bytes) return bytes.error();
        return ConsoleAnswer{std::move(*bytes)};
    };
}

ConsoleVerb note_run(std::uint64_t run, std::string text) {
    return [run, text = std::move(text)](const ConsoleClient& console, bool as_json) -> ConsoleResult {
        const auto done = console.post(run_path(run).segment("note"), json::object{{"text", text}});
        if (!done) return done.error();
        return ConsoleAnswer{as_json ? json_line(*done) : fmt::format("noted to run {}\n", run)};
    };
}

}  // namespace spillgate::daq

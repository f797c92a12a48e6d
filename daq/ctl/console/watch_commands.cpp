#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "daq/ctl/console/command_parts.hpp"
#include "daq/ctl/console/text_plot.hpp"

namespace spillgate::daq {

namespace {

// Kept by the callbacks that read it.
struct Asked {
    LogQuestion log;
    std::string last = "24h";
    AskedRange range;
    HistoryQuestion history;
    ScopeQuestion scope;
    std::uint64_t limit = 20;
    std::string name;
    std::string format = "text";
    PlotSize size{terminal_columns(), 12};
};

std::shared_ptr<Asked> asked_of(const char* last) {
    auto asked = std::make_shared<Asked>();
    asked->last = last;
    return asked;
}

void add_health(const AddVerb& verb, ConsoleVerb& chosen) {
    auto* const health =
        verb("health", "show the console's lights and their reasons; 1 if one is bad", "health");
    usually(*health, chosen, show_health);
    action(*health, "channels", "baseline, noise and SPE charge of the channels", "channels")
        ->callback([&chosen] { chosen = list_channels(); });
    action(*health, "slow", "slow-control values and their limits; 1 if one is beyond an alarm limit", "slow")
        ->callback([&chosen] { chosen = list_slow_values(); });
    action(*health, "losses", "what was lost anywhere, and latencies", "losses")->callback([&chosen] {
        chosen = list_losses();
    });
    const auto asked = asked_of("");
    auto* const log = action(*health, "log", "newest lines of the journals of all daemons and of online",
                             "log --level warn");
    log->add_option("--text", asked->log.text, "in the line");
    log->add_option("--level", asked->log.level, "this one and what is worse: info, warn or error")
        ->check(CLI::IsMember({"info", "warn", "error"}))
        ->capture_default_str();
    add_number(*log, "--limit", asked->log.limit, "how many")->capture_default_str();
    log->callback([&chosen, asked] { chosen = show_log(asked->log); });
}

void add_beam(const AddVerb& verb, ConsoleVerb& chosen) {
    auto* const beam =
        verb("beam", "show the beam: marks, jitter, charge, POT, live times; its slots; its times", "beam");
    usually(*beam, chosen, show_beam);
    action(*beam, "slots", "the last 600 slots one by one, as CSV", "slots")->callback([&chosen] {
        chosen = list_beam_slots();
    });
    const auto asked = asked_of("24h");
    auto* const times =
        action(*beam, "times", "how long there was beam, and how long not, and why", "times --last 7d");
    add_range(*times, asked->range, asked->last);
    times->callback([&chosen, asked] {
        asked->range.last_s = duration("--last", asked->last);
        chosen = show_beam_times(asked->range);
    });
}

void add_history(const AddVerb& verb, ConsoleVerb& chosen) {
    const auto asked = asked_of("1h");
    auto* const history = verb("history", "list the series of the history, or print some as CSV",
                               "history disk.free_bytes slow.hv --last 8h");
    history->add_option("series", asked->history.series, "their names; none: list them");
    add_range(*history, asked->history.range, asked->last);
    add_number(*history, "--points", asked->history.points, "of each series, at most");
    usually(*history, chosen, [asked] {
        asked->history.range.last_s = duration("--last", asked->last);
        return asked->history.series.empty() ? list_series() : show_history(asked->history);
    });
}

void add_trend(const AddVerb& verb, ConsoleVerb& chosen) {
    const auto asked = asked_of("1h");
    auto* const trend = verb("trend", "draw series of the history", "trend slow.hv --last 8h");
    trend->add_option("series", asked->history.series,
                      "their names, as history lists them; none: beam and data of the last 15 minutes");
    add_range(*trend, asked->history.range, asked->last);
    add_size(*trend, asked->size);
    asked->size.rows = 8;
    usually(*trend, chosen, [asked] {
        asked->history.range.last_s = duration("--last", asked->last);
        return asked->history.series.empty() ? draw_last_minutes(asked->size)
                                             : draw_history(asked->history, asked->size);
    });
}

void add_filter(CLI::App& verb, ScopeQuestion& question) {
    verb.add_option("--channel", question.channels,
                    "names of channels, with commas, at most eight; default: the configuration's first");
    verb.add_option("--which", question.which, "which slots: latest, largest, saturated, vetoed or pulse")
        ->check(CLI::IsMember({"latest", "largest", "saturated", "vetoed", "pulse"}));
    verb.add_option(
            "--kind", question.kind,
            "what was found in these windows counts: any, in_time, anti_coincident, free, no_beam or none")
        ->check(CLI::IsMember({"any", "in_time", "anti_coincident", "free", "no_beam", "none"}));
}

void add_scope(const AddVerb& verb, ConsoleVerb& chosen) {
    const auto asked = asked_of("");
    auto* const scope =
        verb("scope", "list the channels and the slots that the scope has, or show a waveform",
             "scope --channel csi --which pulse");
    add_filter(*scope, asked->scope);
    add_number(*scope, "--limit", asked->limit, "how many slots")->capture_default_str();
    usually(*scope, chosen, [asked] { return list_scope(asked->scope, asked->limit); });
    const auto shown = asked_of("");
    auto* const show = action(*scope, "show", "facts and drawing of a waveform, or all of its samples",
                              "show latest --channel csi --which largest --from-us 0 --to-us 5");
    show->add_option("slot", shown->scope.slot, "its number, or latest: of those that pass")
        ->capture_default_str();
    add_filter(*show, shown->scope);
    add_number(*show, "--run", shown->scope.run, "of this run; default: the newest that has the slot");
    show->add_option("--from-us", shown->scope.from_us, "from so long after t0 on, in us");
    show->add_option("--to-us", shown->scope.to_us, "up to so long after t0, in us");
    show->add_option("--format", shown->format, "text, or csv: every sample")
        ->check(CLI::IsMember({"text", "csv"}))
        ->capture_default_str();
    add_size(*show, shown->size);
    show->callback([&chosen, shown] {
        chosen = shown->format == "csv" ? export_scope(shown->scope) : draw_scope(shown->scope, shown->size);
    });
}

void add_physics(const AddVerb& verb, ConsoleVerb& chosen) {
    auto* const physics =
        verb("physics", "show exposure against plan, what is expected of it, what was measured", "physics");
    usually(*physics, chosen, show_physics);
    const auto asked = asked_of("");
    auto* const prediction = action(
        *physics, "prediction", "the predicted spectrum, for its live POT, as CSV", "prediction pe_t_rec");
    prediction->add_option("spectrum", asked->name, "of which spectrum")->required();
    prediction->callback([&chosen, asked] { chosen = export_prediction(asked->name); });
}

}  // namespace

void add_watching(const AddVerb& verb, ConsoleVerb& chosen) {
    add_health(verb, chosen);
    add_beam(verb, chosen);
    add_history(verb, chosen);
    add_trend(verb, chosen);
    add_scope(verb, chosen);
    add_physics(verb, chosen);
}

}  // namespace spillgate::daq

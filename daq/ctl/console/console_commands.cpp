#include "daq/ctl/console/console_commands.hpp"

#include <iostream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "daq/ctl/console/spectrum_plot.hpp"
#include "daq/ctl/console/text_plot.hpp"
#include "proto/names.hpp"

namespace spillgate::daq {

void ConsoleCommands::add_to(CLI::App& app, const AddVerb& verb) {
    app.add_option("--console", console_,
                   "address of the console: https://HOST, or http:// to this machine; default: as the "
                   "configuration says, else http://127.0.0.1:8080");
    app.add_option("--token-file", token_file_,
                   "file of mode 0600 with your token for the console; default: what SPILLGATE_TOKEN holds");
    add_watching(verb, verb_);
    add_alarms(verb);
    add_logbook(verb);
    add_runs(verb);
    add_desk(verb, verb_);
    add_spectra(verb);
    add_controls(verb);
    add_unblinding(verb);
    usually(*verb("whoami", "say whose token it is, and what that person may", "whoami"), verb_, show_person);
}

void ConsoleCommands::add_alarms(const AddVerb& verb) {
    auto* const alarms = verb("alarms", "list the console's alarms, acknowledge or shelve one", "alarms");
    alarms->add_flag("--all", all_, "also those that are normal");
    usually(*alarms, verb_, [this] { return list_alarms(all_); });
    auto* const log = action(*alarms, "log", "list changes of alarms, newest first", "log --limit 20");
    add_number(*log, "--limit", log_limit_, "how many");
    log->callback([this] { verb_ = list_alarm_log(log_limit_); });
    auto* const acknowledge = action(*alarms, "acknowledge", "say that you have seen it",
                                     "acknowledge hv --comment 'expert called'");
    acknowledge->add_option("alarm", name_, "its name")->required();
    acknowledge->add_option("--comment", text_, "what you do about it");
    acknowledge->callback([this] { verb_ = acknowledge_alarm(name_, text_); });
    auto* const shelve = action(*alarms, "shelve", "silence it for a while; needs an expert",
                                "shelve hv --for 2h --reason 'ramping'");
    shelve->add_option("alarm", name_, "its name")->required();
    shelve->add_option("--for", for_, "how long: 90min, 2h, 1.5d")->required();
    shelve->add_option("--reason", text_, "why")->required();
    shelve->callback([this] { verb_ = shelve_alarm(name_, duration("--for", for_), text_); });
    auto* const unshelve = action(*alarms, "unshelve", "end that", "unshelve hv");
    unshelve->add_option("alarm", name_, "its name")->required();
    unshelve->callback([this] { verb_ = unshelve_alarm(name_); });
}

void ConsoleCommands::add_logbook(const AddVerb& verb) {
    auto* const logbook =
        verb("logbook", "search the logbook, newest first, or write an entry", "logbook --text HV --run 12");
    logbook->add_option("--text", question_.text, "words that must all be in it");
    add_number(*logbook, "--run", question_.run, "of this run");
    logbook->add_option(
        "--kind", question_.kind,
        "person, run-start, run-stop, alarm, unblinding, controls, shift, quality, good-runs or spectra");
    add_number(*logbook, "--before", question_.before, "older than the entry of this number");
    add_number(*logbook, "--limit", question_.limit, "how many");
    usually(*logbook, verb_, [this] { return search_logbook(question_); });
    auto* const write =
        action(*logbook, "write", "write an entry", "write 'HV of channel 3 lowered' --picture scope.png");
    write->add_option("text", entry_.text, "what happened")->required();
    add_number(*write, "--run", entry_.run, "run that it belongs to; default: the one that goes on");
    write->add_option("--picture", entry_.pictures, "PNG of at most 4 MiB; may be given several times")
        ->allow_extra_args(false);
    add_number(*write, "--corrects", entry_.corrects, "number of an entry that this one corrects");
    write->callback([this] { verb_ = write_entry(entry_); });
    auto* const picture =
        action(*logbook, "picture", "a picture, to stdout", "picture 4f7f….png > scope.png");
    picture->add_option("name", name_, "its name, as the entry shows it")->required();
    picture->callback([this] { verb_ = fetch_picture(name_); });
}

void ConsoleCommands::add_runs(const AddVerb& verb) {
    auto* const runs = verb("runs", "list the runs, newest first, or look at one", "runs --type physics");
    runs->add_option("--text", runs_.text, "in note, operator or reason");
    runs->add_option("--type", runs_.type, wire::run_type_names());
    add_number(*runs, "--before", runs_.before, "older than this one");
    add_number(*runs, "--limit", runs_.limit, "how many");
    usually(*runs, verb_, [this] { return list_runs(runs_); });
    const auto of_run = [&](const char* name, const char* what, const char* example) {
        auto* const sub = action(*runs, name, what, example);
        sub->add_option("run", run_, "its number")->required()->check(CLI::PositiveNumber);
        return sub;
    };
    of_run("show", "its account, quality and notes", "show 812")->callback([this] {
        verb_ = show_run(run_);
    });
    of_run("config", "the configuration that it was taken with", "config 812")->callback([this] {
        verb_ = show_run_config(run_);
    });
    auto* const file = of_run("file", "one of its exported files, to stdout", "file 812 spectra.csv");
    file->add_option("file", name_, "spectra.csv, spectra.json or spectra.h5")->required();
    file->callback([this] { verb_ = fetch_run_file(run_, name_); });
    auto* const note = of_run("note", "add a note to it", "note 812 'HV was low in the first hour'");
    note->add_option("text", text_, "the note")->required();
    note->callback([this] { verb_ = note_run(run_, text_); });
}

void ConsoleCommands::add_spectra(const AddVerb& verb) {
    auto* const spectra = verb("spectra", "list the live spectra, or print one", "spectra pe --range hour");
    spectra->add_option("spectrum", spectrum_, "its name; none: list them");
    spectra->add_option("--range", range_, "of which slots: run, hour, spills:600, reset");
    spectra
        ->add_option("--format", format_,
                     "csv, uhi: JSON of scikit-hep's schema, or plot: drawn, if it has one axis")
        ->check(CLI::IsMember({"csv", "uhi", "plot"}))
        ->capture_default_str();
    add_size(*spectra, size_);
    action(*spectra, "reset", "begin the range 'reset' anew; no data are touched", "reset")->callback([this] {
        verb_ = reset_spectra();
    });
    usually(*spectra, verb_, [this] {
        if (spectrum_.empty()) return list_spectra();
        return format_ == "plot" ? draw_spectrum(spectrum_, range_, size_)
                                 : export_spectrum(spectrum_, range_, format_ == "uhi");
    });
    auto* const references = verb("references", "list past runs to compare with, or print a spectrum of one",
                                  "references summer pe");
    references->add_option("reference", name_, "its name, or run-812; none: list them");
    references->add_option("spectrum", spectrum_, "which spectrum of it");
    references->add_option("--format", format_, "csv, or uhi: JSON of scikit-hep's schema")
        ->check(CLI::IsMember({"csv", "uhi"}))
        ->capture_default_str();
    usually(*references, verb_, [this] {
        if (name_.empty()) return list_references();
        if (spectrum_.empty()) throw CLI::RequiredError("spectrum");
        return export_reference(name_, spectrum_, format_ == "uhi");
    });
}

void ConsoleCommands::add_controls(const AddVerb& verb) {
    auto* const controls =
        verb("controls", "say who holds the console's controls; take, offer or release them", "controls");
    usually(*controls, verb_, show_controls);
    auto* const take = action(*controls, "take", "take them, if they are free", "take");
    take->add_flag("--force", force_, "from whoever holds them; needs an expert");
    take->callback([this] { verb_ = take_controls(force_); });
    auto* const offer =
        action(*controls, "offer", "offer them to somebody whose page is open", "offer 'B. Shift'");
    offer->add_option("to", name_, "a person, or one of their sessions")->required();
    offer->callback([this] { verb_ = offer_controls(name_); });
    action(*controls, "release", "let them go", "release")->callback([this] { verb_ = release_controls(); });
    action(*controls, "accept", "take what your session was offered", "accept")->callback([this] {
        verb_ = accept_controls();
    });
    action(*controls, "decline", "say no to it", "decline")->callback([this] { verb_ = decline_controls(); });
}

void ConsoleCommands::add_unblinding(const AddVerb& verb) {
    auto* const unblinding = verb("unblinding", "list what is unblinded, or unblind runs", "unblinding");
    usually(*unblinding, verb_, list_unblindings);
    auto* const open = action(*unblinding, "open", "unblind runs for good; the phrase is asked for",
                              "open 800 820 --reason 'selection and background are frozen'");
    open->add_option("first", unblinding_.first_run, "first run")->required()->check(CLI::PositiveNumber);
    open->add_option("last", unblinding_.last_run, "last run")->required()->check(CLI::PositiveNumber);
    open->add_option("--reason", unblinding_.reason, "why, for the log")->required();
    open->callback([this] { verb_ = unblind(unblinding_, std::cin, std::cerr); });
}

ConsoleResult ConsoleCommands::run(const std::string& url, bool json, double timeout_s) const {
    auto token = console_token(token_file_);
    if (!token) return proto::error(proto::ErrorKind::CONFIG, token.error().message);
    const std::chrono::duration<double> patience(timeout_s);
    const auto console = ConsoleClient::make(console_.empty() ? url : console_, std::move(*token),
                                             std::chrono::duration_cast<std::chrono::milliseconds>(patience));
    if (!console) return console.error();
    return verb_(*console, json);
}

}  // namespace spillgate::daq

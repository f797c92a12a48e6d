// What the verbs of spillgate-ctl that talk to the console do: one question or act each, told as a table, or
// as the console's own JSON.
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include "daq/ctl/console/console_client.hpp"
#include "proto/result.hpp"

namespace spillgate::daq {

struct ConsoleAnswer {
    std::string told;      // for stdout
    std::string why = {};  // it is not as it should be; empty: it is
};
using ConsoleResult = proto::Result<ConsoleAnswer>;

// Asked of a console, once it is known which; `json` chooses the form.
using ConsoleVerb = std::function<ConsoleResult(const ConsoleClient& console, bool json)>;

// Errors of all: those of ConsoleClient; CONFIG is what a person wrote wrongly.
ConsoleVerb show_health();

ConsoleVerb list_alarms(bool also_normal);
ConsoleVerb list_alarm_log(std::uint64_t limit);
ConsoleVerb acknowledge_alarm(std::string id, std::string comment);
ConsoleVerb shelve_alarm(std::string id, double for_s, std::string reason);
ConsoleVerb unshelve_alarm(std::string id);

struct LogbookQuestion {
    std::string text;  // all of its words
    std::uint64_t run = 0;
    std::string kind;
    std::uint64_t before = 0;  // an entry's number
    std::uint64_t limit = 50;
};
ConsoleVerb search_logbook(LogbookQuestion question);
struct NewEntry {
    std::string text;
    std::uint64_t run = 0;              // 0: the one that goes on
    std::vector<std::string> pictures;  // PNG files
    std::uint64_t corrects = 0;         // 0: none
};
ConsoleVerb write_entry(NewEntry entry);

struct RunsQuestion {
    std::string text;  // in note, operator or reason
    std::string type;
    std::uint64_t before = 0;
    std::uint64_t limit = 50;
};
ConsoleVerb list_runs(RunsQuestion question);
ConsoleVerb show_run(std::uint64_t run);
ConsoleVerb show_run_config(std::uint64_t run);
ConsoleVerb fetch_run_file(std::uint64_t run, std::string file);
ConsoleVerb note_run(std::uint64_t run, std::string text);

ConsoleVerb list_series();
struct HistoryQuestion {
    std::vector<std::string> series;
    std::string from, to;        // "2026-11-29T02:00", or UTC in seconds; `to` empty: now
    double last_s = 3600;        // if `from` is empty
    std::uint64_t points = 800;  // at most, of each series
};
ConsoleVerb show_history(HistoryQuestion question);

ConsoleVerb list_spectra();
ConsoleVerb export_spectrum(const std::string& name, const std::string& range, bool uhi);
ConsoleVerb list_references();
ConsoleVerb export_reference(const std::string& reference, const std::string& spectrum, bool uhi);

ConsoleVerb show_controls();
ConsoleVerb take_controls(bool force);
ConsoleVerb offer_controls(std::string to);  // a person or a session that is present
ConsoleVerb release_controls();

ConsoleVerb list_unblindings();
struct UnblindingAsked {
    std::uint64_t first_run = 0, last_run = 0;
    std::string reason;
};
// The phrase is read from `typed`, after it has been asked for on `prompt`.
ConsoleVerb unblind(UnblindingAsked asked, std::istream& typed, std::ostream& prompt);

}  // namespace spillgate::daq

// What the verbs of spillgate-ctl that talk to the console do: one question or act each, told as a table, or
// as the console's own JSON.
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

#include "daq/ctl/console/console_client.hpp"
#include "daq/ctl/console/utc_range.hpp"
#include "proto/result.hpp"

namespace spillgate::daq {

struct ConsoleAnswer {
    std::string told;      // for stdout
    std::string why = {};  // it is not as it should be; empty: it is
};
using ConsoleResult = proto::Result<ConsoleAnswer>;

struct PlotSize {  // of a drawing in signs
    std::size_t columns = 80;
    std::size_t rows = 12;
};

// Asked of a console, once it is known which; `json` chooses the form.
using ConsoleVerb = std::function<ConsoleResult(const ConsoleClient& console, bool json)>;

// Errors of all: those of ConsoleClient; CONFIG is what a person wrote wrongly.
ConsoleVerb show_health();
ConsoleVerb list_channels();     // their levels, of the last minutes and of the run
ConsoleVerb list_slow_values();  // not as it should be: one beyond an alarm limit
ConsoleVerb list_losses();       // and latencies
struct LogQuestion {
    std::string text;            // in the line
    std::string level = "info";  // this one and what is worse: info, warn, error
    std::uint64_t limit = 50;
};
ConsoleVerb show_log(LogQuestion question);

ConsoleVerb show_beam();
ConsoleVerb list_beam_slots();
ConsoleVerb show_beam_times(AskedRange range);

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
ConsoleVerb fetch_picture(std::string name);

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
    AskedRange range;
    std::uint64_t points = 800;  // at most, of each series
};
ConsoleVerb show_history(HistoryQuestion question);
ConsoleVerb draw_history(HistoryQuestion question, PlotSize size);  // each of the series for itself
ConsoleVerb draw_last_minutes(PlotSize size);                       // of beam and data: 15, by the second

ConsoleVerb list_spectra();
ConsoleVerb export_spectrum(const std::string& name, const std::string& range, bool uhi);
ConsoleVerb list_references();
ConsoleVerb export_reference(const std::string& reference, const std::string& spectrum, bool uhi);

ConsoleVerb show_physics();
ConsoleVerb export_prediction(std::string spectrum);  // CSV

struct ScopeQuestion {
    std::string slot = "latest";  // or its number
    std::string channels;         // with commas; empty: the first
    std::string which, kind;      // filters; empty: all
    std::string from_us, to_us;   // after t0
    std::uint64_t run = 0;        // 0: the newest that has the slot
};
ConsoleVerb list_scope(ScopeQuestion question, std::uint64_t limit);
ConsoleVerb draw_scope(ScopeQuestion question, PlotSize size);
ConsoleVerb export_scope(ScopeQuestion question);  // every sample

ConsoleVerb show_person();  // whose token it is, and what that may

ConsoleVerb show_controls();
ConsoleVerb take_controls(bool force);
ConsoleVerb offer_controls(std::string to);  // a person or a session that is present
ConsoleVerb release_controls();
ConsoleVerb accept_controls();
ConsoleVerb decline_controls();

ConsoleVerb list_unblindings();
struct UnblindingAsked {
    std::uint64_t first_run = 0, last_run = 0;
    std::string reason;
};
// The phrase is read from `typed`, after it has been asked for on `prompt`.
ConsoleVerb unblind(UnblindingAsked asked, std::istream& typed, std::ostream& prompt);

}  // namespace spillgate::daq

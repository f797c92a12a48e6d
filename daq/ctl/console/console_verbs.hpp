// What the verbs of spillgate-ctl that talk to the console do: one question or act each, told as a table, or
// as the console's own JSON.
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <optional>
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

ConsoleVerb show_quality();                    // bands, and quantities of the run that is followed
ConsoleVerb show_verdicts(std::uint64_t run);  // not as it should be: bad
ConsoleVerb show_calibrations();               // not as it should be: old, or ended

ConsoleVerb list_good_runs(std::uint64_t before, std::uint64_t limit);
ConsoleVerb show_good_runs(std::uint64_t version, std::uint64_t against);  // `against` 0: the one before
ConsoleVerb fetch_good_runs(std::uint64_t version);
ConsoleVerb show_slots_in_time(std::string times);  // as in a flag, behind its "="
struct GoodRunsAsked {
    std::vector<std::string> flags;    // as good_run_flag reads them
    std::vector<std::string> reasons;  // one for all, or one for each
    std::string note;
    std::uint64_t replaces = 0;
};
ConsoleVerb sign_good_runs(GoodRunsAsked asked);

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
ConsoleVerb reset_spectra();  // the range "reset"
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

ConsoleVerb show_shift();
ConsoleVerb list_shifts(std::uint64_t before, std::uint64_t limit);
ConsoleVerb show_old_shift(std::uint64_t shift);
ConsoleVerb begin_shift(std::uint64_t over);  // shift that is ended without a handover; 0: none
ConsoleVerb join_shift();
ConsoleVerb leave_shift();
struct TickAsked {
    std::uint64_t line = 0;  // from 1
    std::optional<bool> done;
    std::optional<std::string> remark;  // what is not said stays
};
ConsoleVerb tick_line(TickAsked asked);
ConsoleVerb hand_over(std::string text);
ConsoleVerb acknowledge_handover(std::uint64_t shift);
struct OnCallAsked {
    std::string name, contact;
    std::string from, to;  // as utc_in reads them; `from` empty: now
    double for_s = 0;      // if `to` is empty
};
ConsoleVerb put_on_call(OnCallAsked asked);
ConsoleVerb take_off_call(std::uint64_t number);

ConsoleVerb list_configs();
ConsoleVerb show_config_difference(std::string name, std::uint64_t from);  // a run; 0: the last

ConsoleVerb list_layouts();
ConsoleVerb show_layout(std::string name);
ConsoleVerb save_layout(std::string name, std::string file);  // "-": stdin
ConsoleVerb delete_layout(std::string name);

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

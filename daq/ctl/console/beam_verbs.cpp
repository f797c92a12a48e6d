#include <utility>

#include <fmt/format.h>

#include "daq/ctl/console/answer_fields.hpp"
#include "daq/ctl/console/beam_slots.hpp"
#include "daq/ctl/console/console_verbs.hpp"
#include "daq/ctl/console/status_answer.hpp"

namespace spillgate::daq {

namespace {

namespace json = boost::json;

// As the lead measures them; nothing while it is not heard.
void add_marks(std::string& out, const json::object& status) {
    const auto* const lead = lead_in(status);
    if (lead == nullptr) return;
    const auto rate = number_in(*lead, "mark_rate_hz");
    const auto period = number_in(*lead, "period_ns");
    const auto rms = number_in(*lead, "period_rms_ns");
    if (!rate || !period || !rms) return;
    add_fact(out, "marks",
             fmt::format("{:.3f} Hz, period {:.1f} us, rms {:.2f} us", *rate, *period / 1e3, *rms / 1e3));
}

std::string named_count(const json::object& ledger, std::string_view list, std::string_view name) {
    for (const auto* one : objects_in(ledger, list))
        if (text_in(*one, "name") == name) return word_in(*one, "value");
    return "0";
}

void add_ledger(std::string& out, const json::object& ledger) {
    add_fact(
        out, "slots",
        fmt::format("{}: {} spills, {} without mark, {} without beam; {} extra marks",
                    word_in(ledger, "slots"), word_in(ledger, "spills"), word_in(ledger, "mark_missed"),
                    named_count(ledger, "quality", "no-beam"), named_count(ledger, "faults", "mark-extra")));
    add_fact(out, "POT",
             fmt::format("{} delivered ({} of it estimated), {} recorded", word_in(ledger, "pot_delivered"),
                         word_in(ledger, "pot_estimated"), word_in(ledger, "pot_recorded")));
    add_fact(
        out, "",
        fmt::format("charge missing in {} slots, not assignable in {}",
                    word_in(ledger, "charge_missing_slots"), word_in(ledger, "charge_uncorrected_slots")));
}

void add_times(std::string& out, const json::object& beam) {
    const auto* const live = object_in(beam, "live_s");
    const auto* const dead = object_in(beam, "dead_s");
    if (live == nullptr || dead == nullptr) return;
    for (const auto& [field, words] : {std::pair("in_time", "C"), std::pair("anti_coincident", "AC")}) {
        const auto live_s = number_in(*live, field);
        const auto dead_s = number_in(*dead, field);
        if (!live_s || !dead_s) continue;
        const double all = *live_s + *dead_s;
        add_fact(out, "live time",
                 fmt::format("{:<2}  {:.6g} s live, {:.6g} s dead{}", words, *live_s, *dead_s,
                             all > 0 ? fmt::format(" ({:.3f} %)", 100 * *dead_s / all) : ""));
    }
}

constexpr std::pair<const char*, const char*> states[] = {
    {"beam", "protons came, and were taken"}, {"beam-off", "the beam was down"},
    {"no-timing", "no marks came"},           {"paused", "we: the run was paused"},
    {"daq-down", "we: the DAQ was down"},     {"unknown", "no run was on"},
    {"not-recorded", "nothing was recorded"}};

std::string times_text(const json::object& times) {
    auto out = fmt::format("{} to {} UTC\n", time_in(times, "from_utc_s"), time_in(times, "to_utc_s"));
    const auto* const seconds = object_in(times, "seconds");
    if (seconds == nullptr) return out;
    double all = 0;
    for (const auto& [state, words] : states)
        all += number_in(*seconds, state).value_or(0);
    TextTable table({"state", "time", "part", "that is"});
    for (const auto& [state, words] : states) {
        const auto s = number_in(*seconds, state);
        table.add({state, s ? span_text(*s) : std::string(not_known),
                   s && all > 0 ? fmt::format("{:.1f} %", 100 * *s / all) : std::string(not_known), words});
    }
    const auto watched = number_in(*seconds, "beam").value_or(0) +
                         number_in(*seconds, "beam-off").value_or(0) +
                         number_in(*seconds, "no-timing").value_or(0);
    out += table.text();
    if (watched > 0)
        out += fmt::format("beam in {:.1f} % of the time in which marks were looked at\n",
                           100 * number_in(*seconds, "beam").value_or(0) / watched);
    return out;
}

}  // namespace

// The beam as it is now comes from one answer, what the run has had so far from another.
ConsoleVerb show_beam() {
    return [](const ConsoleClient& console, bool as_json) -> ConsoleResult {
        auto beam = console.get(ApiPath("/api/beam"));
        if (!beam) return beam.error();
        const auto status = console.get(ApiPath("/api/status"));
        if (!status) return status.error();
        const auto* const ledger = object_in(*status, "ledger");
        if (as_json) {
            (*beam)["ledger"] = ledger == nullptr ? json::value(nullptr) : json::value(*ledger);
            return ConsoleAnswer{json_line(*beam)};
        }
        std::string out;
        add_fact(out, "beam", fmt::format("{}: {}", word_in(*beam, "state"), word_in(*beam, "reason")));
        const auto* const run = object_in(*status, "run");
        add_fact(out, "run",
                 fmt::format("{}{}", word_in(*beam, "run"),
                             run != nullptr && flag_in(*run, "simulated") ? "  SIMULATED" : ""));
        add_marks(out, *status);
        out += slots_text(slots_in(*beam));
        if (ledger != nullptr) add_ledger(out, *ledger);
        add_times(out, *beam);
        return ConsoleAnswer{std::move(out)};
    };
}

ConsoleVerb list_beam_slots() {
    return [](const ConsoleClient& console, bool as_json) -> ConsoleResult {
        const auto beam = console.get(ApiPath("/api/beam"));
        if (!beam) return beam.error();
        return ConsoleAnswer{as_json ? json_line(*beam) : slots_csv(slots_in(*beam))};
    };
}

ConsoleVerb show_beam_times(AskedRange asked) {
    return [asked = std::move(asked)](const ConsoleClient& console, bool as_json) -> ConsoleResult {
        const auto range = range_of(asked);
        if (!range) return range.error();
        const auto times = console.get(ApiPath("/api/beam/times")
                                           .ask("from", fmt::format("{:.3f}", range->from_s))
                                           .ask("to", fmt::format("{:.3f}", range->to_s)));
        if (!times) return times.error();
        return ConsoleAnswer{as_json ? json_line(*times) : times_text(*times)};
    };
}

}  // namespace spillgate::daq

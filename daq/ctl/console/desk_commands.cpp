#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "daq/ctl/console/command_parts.hpp"

namespace spillgate::daq {

namespace {

// Kept by the callbacks that read it.
struct Asked {
    std::uint64_t number = 0;
    std::uint64_t other = 0;
    std::uint64_t limit = 20;
    std::string name;
    std::string text;
    TickAsked tick;
    OnCallAsked call;
    GoodRunsAsked good_runs;
};

std::shared_ptr<Asked> nothing_asked() {
    return std::make_shared<Asked>();
}

void add_checklist(CLI::App& shift, ConsoleVerb& chosen) {
    const auto of_line = [&](const char* name, const char* what, const char* example) {
        auto* const sub = action(shift, name, what, example);
        const auto asked = nothing_asked();
        add_number(*sub, "line", asked->tick.line, "its number in `shift`, from 1")->required();
        return std::pair(sub, asked);
    };
    for (const bool done : {true, false}) {
        const auto made = done ? of_line("tick", "tick a line of the checklist", "tick 2 --remark '80 cm'")
                               : of_line("untick", "take that back", "untick 2");
        auto* const sub = made.first;
        const auto& asked = made.second;
        sub->add_option("--remark", asked->text, "what is to be said of it; default: what was said");
        sub->callback([&chosen, sub, asked, done] {
            asked->tick.done = done;
            if (sub->count("--remark") > 0) asked->tick.remark = asked->text;
            chosen = tick_line(asked->tick);
        });
    }
    const auto remark = of_line("remark", "leave a remark at a line", "remark 2 'level is 80 cm'");
    const auto& asked = remark.second;
    remark.first->add_option("text", asked->text, "the remark; '' takes it away")->required();
    remark.first->callback([&chosen, asked] {
        asked->tick.remark = asked->text;
        chosen = tick_line(asked->tick);
    });
}

void add_handing_over(CLI::App& shift, ConsoleVerb& chosen) {
    const auto asked = nothing_asked();
    auto* const handover =
        action(shift, "handover", "end the shift that you are on, with a note for the next",
               "handover 'All quiet. Fill LN2 at 18:00'");
    handover->add_option("text", asked->text, "the note")->required();
    handover->callback([&chosen, asked] { chosen = hand_over(asked->text); });
    auto* const acknowledge =
        action(shift, "acknowledge", "say that you have read the note of an earlier shift", "acknowledge 12");
    add_number(*acknowledge, "shift", asked->number, "number of the shift that left it")->required();
    acknowledge->callback([&chosen, asked] { chosen = acknowledge_handover(asked->number); });
}

void add_calls(CLI::App& shift, ConsoleVerb& chosen) {
    const auto asked = nothing_asked();
    auto* const call = action(shift, "on-call", "put somebody on call; others than you need an expert",
                              "on-call 'B. Expert' --contact '+1 555 0100' --for 12h");
    auto& given = asked->call;
    call->add_option("name", given.name, "who")->required();
    call->add_option("--contact", given.contact, "phone or chat")->required();
    call->add_option("--from", given.from, "2026-11-29T02:00 (UTC), or UTC in seconds; default: now");
    auto* const to = call->add_option("--to", given.to, "the same");
    auto* const span = call->add_option("--for", asked->text, "so long: 90min, 8h, 1.5d")->excludes(to);
    call->callback([&chosen, asked, to, span] {
        if (to->count() + span->count() == 0) throw CLI::RequiredError("--for or --to");
        if (span->count() > 0) asked->call.for_s = duration("--for", asked->text);
        chosen = put_on_call(asked->call);
    });
    auto* const off = action(shift, "off-call", "take somebody off call", "off-call 3");
    add_number(*off, "number", asked->number, "of the call, as `shift` shows it")->required();
    off->callback([&chosen, asked] { chosen = take_off_call(asked->number); });
}

void add_shift(const AddVerb& verb, ConsoleVerb& chosen) {
    auto* const shift = verb(
        "shift", "show the shift with its checklist, handovers and who is on call, or act on it", "shift");
    usually(*shift, chosen, show_shift);
    const auto asked = nothing_asked();
    auto* const list = action(*shift, "list", "list the shifts, newest first", "list --limit 5");
    add_number(*list, "--before", asked->number, "older than the shift of this number");
    add_number(*list, "--limit", asked->limit, "how many")->capture_default_str();
    list->callback([&chosen, asked] { chosen = list_shifts(asked->number, asked->limit); });
    auto* const show = action(*shift, "show", "one shift with its checklist and note", "show 12");
    add_number(*show, "shift", asked->number, "its number")->required();
    show->callback([&chosen, asked] { chosen = show_old_shift(asked->number); });
    auto* const begin = action(*shift, "begin", "begin a shift, and be on it", "begin");
    add_number(*begin, "--over", asked->other, "shift that goes on and is ended without a handover");
    begin->callback([&chosen, asked] { chosen = begin_shift(asked->other); });
    action(*shift, "join", "join the shift that goes on", "join")->callback([&chosen] {
        chosen = join_shift();
    });
    action(*shift, "leave", "leave it", "leave")->callback([&chosen] { chosen = leave_shift(); });
    add_checklist(*shift, chosen);
    add_handing_over(*shift, chosen);
    add_calls(*shift, chosen);
}

void add_quality(const AddVerb& verb, ConsoleVerb& chosen) {
    auto* const quality = verb(
        "quality", "show by what runs are judged, and how the run that is followed does so far", "quality");
    usually(*quality, chosen, show_quality);
    const auto asked = nothing_asked();
    auto* const run = action(*quality, "run", "verdicts of a run that is over; 1 if it is bad", "run 812");
    add_number(*run, "run", asked->number, "its number")->required();
    run->callback([&chosen, asked] { chosen = show_verdicts(asked->number); });
    action(*quality, "calibrations", "ages of what is calibrated with; 1 if one is old, or has ended",
           "calibrations")
        ->callback([&chosen] { chosen = show_calibrations(); });
}

void add_signing(CLI::App& good_runs, ConsoleVerb& chosen) {
    const auto asked = nothing_asked();
    auto& given = asked->good_runs;
    auto* const sign = action(good_runs, "sign", "sign a new version; needs an expert",
                              "sign good=800-812 bad=806:100-199 --reason 'all lights green' "
                              "--reason 'HV trip' --replaces 3");
    sign->add_option("flags", given.flags,
                     "in their order: good=RUN, good=FIRST-LAST, bad=RUN, and slots of one run as "
                     "bad=RUN:FIRST-LAST, bad=RUN:FIRST-, bad=RUN:-LAST; or what lies in a time (UTC), as "
                     "bad=RUN@FROM/TO, bad=@FROM/TO")
        ->required();
    sign->add_option("--reason", given.reasons, "one for all flags, or one for each")
        ->required()
        ->allow_extra_args(false);
    sign->add_option("--replaces", given.replaces, "newest version that you have seen; 0: there was none")
        ->required();
    sign->add_option("--note", given.note, "more than the reasons");
    sign->callback([&chosen, asked] { chosen = sign_good_runs(asked->good_runs); });
}

void add_good_runs(const AddVerb& verb, ConsoleVerb& chosen) {
    const auto asked = nothing_asked();
    auto* const good_runs = verb(
        "good-runs", "show what is good now and the versions of the list, or sign a new one", "good-runs");
    add_number(*good_runs, "--before", asked->number, "older than this version");
    add_number(*good_runs, "--limit", asked->limit, "how many versions")->capture_default_str();
    usually(*good_runs, chosen, [asked] { return list_good_runs(asked->number, asked->limit); });
    const auto of_version = [&](const char* name, const char* what, const char* example) {
        auto* const sub = action(*good_runs, name, what, example);
        add_number(*sub, "version", asked->number, "its number")->required();
        return sub;
    };
    auto* const show =
        of_version("show", "all that is good in a version, and what it changed", "show 3 --against 1");
    add_number(*show, "--against", asked->other, "what changed since this one; default: the one before");
    show->callback([&chosen, asked] { chosen = show_good_runs(asked->number, asked->other); });
    of_version("file", "its file, to stdout, as `spillgate-offline fit --good-runs` takes it", "file 3")
        ->callback([&chosen, asked] { chosen = fetch_good_runs(asked->number); });
    auto* const slots = action(*good_runs, "slots", "runs and slots that lie in a time (UTC)",
                               "slots @2026-11-29T02:00/2026-11-29T02:30");
    slots->add_option("times", asked->name, "@FROM/TO, RUN@FROM/TO or FIRST-LAST@FROM/TO")->required();
    slots->callback([&chosen, asked] { chosen = show_slots_in_time(asked->name); });
    add_signing(*good_runs, chosen);
}

void add_configs(const AddVerb& verb, ConsoleVerb& chosen) {
    auto* const configs =
        verb("configs", "list the configurations, or what one changes against a run", "configs");
    usually(*configs, chosen, list_configs);
    const auto asked = nothing_asked();
    auto* const difference = action(*configs, "difference", "what differs from the last run's, or another's",
                                    "difference csi-sns.txtpb --from 812");
    difference->add_option("name", asked->name, "of the configuration")->required();
    add_number(*difference, "--from", asked->number, "run to compare with; default: the last");
    difference->callback([&chosen, asked] { chosen = show_config_difference(asked->name, asked->number); });
}

void add_layouts(const AddVerb& verb, ConsoleVerb& chosen) {
    auto* const layouts =
        verb("layouts", "list the arrangements of spectra that you keep, or keep another", "layouts");
    usually(*layouts, chosen, list_layouts);
    const auto asked = nothing_asked();
    const auto of_layout = [&](const char* name, const char* what, const char* example) {
        auto* const sub = action(*layouts, name, what, example);
        sub->add_option("name", asked->name, "its name")->required();
        return sub;
    };
    of_layout("show", "what is in it, as JSON", "show night")->callback([&chosen, asked] {
        chosen = show_layout(asked->name);
    });
    auto* const save = of_layout("save", "keep one under this name", "save night night.json");
    save->add_option("file", asked->text, "JSON as `layouts show` prints it; -: from stdin")->required();
    save->callback([&chosen, asked] { chosen = save_layout(asked->name, asked->text); });
    of_layout("delete", "delete it", "delete night")->callback([&chosen, asked] {
        chosen = delete_layout(asked->name);
    });
}

}  // namespace

void add_desk(const AddVerb& verb, ConsoleVerb& chosen) {
    add_shift(verb, chosen);
    add_quality(verb, chosen);
    add_good_runs(verb, chosen);
    add_configs(verb, chosen);
    add_layouts(verb, chosen);
}

}  // namespace spillgate::daq

#include "online/keeper/run_watch.hpp"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "online/snapshot_json.hpp"
#include "proto/names.hpp"

namespace spillgate::online {

namespace {

std::string start_text(const wire::RunDescription& run) {
    auto text = fmt::format("Run {} ({}{}) began", run.number(), wire::name_of(run.type()),
                            run.simulated() ? ", SIMULATED" : "");
    if (run.restarted_from() != 0) text += fmt::format(", continuing run {}", run.restarted_from());
    if (!run.operator_().empty()) text += fmt::format(", operator {}", run.operator_());
    if (!run.note().empty()) text += fmt::format(": {}", run.note());
    return text;
}

std::string stop_text(const wire::RunDescription& run) {
    auto text = fmt::format("Run {} ended: {}", run.number(), run.stop_reason());
    if (!run.stopped_by().empty()) text += fmt::format(", by {}", run.stopped_by());
    const auto& ledger = run.ledger();
    text +=
        fmt::format(". {} slots, {} complete, {} spills", ledger.slots(), ledger.complete(), ledger.spills());
    const std::int64_t delivered_pc = ledger.charge_measured_pc() + ledger.charge_estimated_pc();
    if (delivered_pc > 0) text += fmt::format(", {:.4g} protons delivered", protons_of(delivered_pc));
    return text;
}

RunWatch::Event event_of(const wire::RunDescription& run, EntryKind kind, std::int64_t utc_ns,
                         std::string text) {
    RunWatch::Event event;
    event.entry.utc_ns = utc_ns;
    event.entry.run = run.number();
    event.entry.kind = kind;
    event.entry.text = std::move(text);
    event.run = run;
    return event;
}

}  // namespace

std::vector<RunWatch::Event> RunWatch::look(const Snapshot& snapshot, std::int64_t now_utc_ns) {
    const auto lead = std::ranges::find_if(snapshot.daemons, [](const auto& daemon) { return daemon.lead; });
    if (lead == snapshot.daemons.end() || !lead->status || lead->status->run().number() == 0) return {};
    const auto& run = lead->status->run();
    std::vector<Event> events;
    const bool is_new = !run_ || run_->number() != run.number();
    if (is_new) {
        if (run_ && !ended_)
            events.push_back(event_of(*run_, EntryKind::RUN_STOP, now_utc_ns,
                                      fmt::format("Run {} has no end: aborted", run_->number())));
        events.push_back(event_of(run, EntryKind::RUN_START,
                                  run.start_utc_ns() != 0 ? run.start_utc_ns() : now_utc_ns,
                                  start_text(run)));
        ended_ = false;
    }
    if (!ended_ && run.stop_utc_ns() != 0) {
        events.push_back(event_of(run, EntryKind::RUN_STOP, run.stop_utc_ns(), stop_text(run)));
        ended_ = true;
    }
    if (is_new) run_ = run;
    return events;
}

}  // namespace spillgate::online

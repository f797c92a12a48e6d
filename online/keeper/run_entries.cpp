#include "online/keeper/run_entries.hpp"

#include <string>

#include <fmt/format.h>

#include "online/snapshot_json.hpp"
#include "proto/names.hpp"

namespace spillgate::online {

namespace {

std::string begin_text(const wire::RunDescription& run) {
    auto text = fmt::format("Run {} ({}{}) began", run.number(), wire::name_of(run.type()),
                            run.simulated() ? ", SIMULATED" : "");
    if (run.restarted_from() != 0) text += fmt::format(", continuing run {}", run.restarted_from());
    if (!run.operator_().empty()) text += fmt::format(", operator {}", run.operator_());
    if (!run.note().empty()) text += fmt::format(": {}", run.note());
    return text;
}

std::string end_text(const wire::RunDescription& run) {
    if (run.stop_utc_ns() == 0) return fmt::format("Run {} has no end: aborted", run.number());
    auto text = fmt::format("Run {} ended: {}", run.number(), run.stop_reason());
    if (!run.stopped_by().empty()) text += fmt::format(", by {}", run.stopped_by());
    const auto& ledger = run.ledger();
    text +=
        fmt::format(". {} slots, {} complete, {} spills", ledger.slots(), ledger.complete(), ledger.spills());
    const std::int64_t delivered_pc = ledger.charge_measured_pc() + ledger.charge_estimated_pc();
    if (delivered_pc > 0) text += fmt::format(", {:.4g} protons delivered", protons_of(delivered_pc));
    return text;
}

LogbookEntry entry_of(const wire::RunDescription& run, EntryKind kind, std::int64_t utc_ns,
                      std::string text) {
    LogbookEntry entry;
    entry.utc_ns = utc_ns;
    entry.run = run.number();
    entry.kind = kind;
    entry.text = std::move(text);
    return entry;
}

}  // namespace

LogbookEntry begin_entry(const wire::RunDescription& run, std::int64_t now_utc_ns) {
    const auto utc_ns = run.start_utc_ns() != 0 ? run.start_utc_ns() : now_utc_ns;
    return entry_of(run, EntryKind::RUN_START, utc_ns, begin_text(run));
}

LogbookEntry end_entry(const wire::RunDescription& run, std::int64_t now_utc_ns) {
    const auto utc_ns = run.stop_utc_ns() != 0 ? run.stop_utc_ns() : now_utc_ns;
    return entry_of(run, EntryKind::RUN_STOP, utc_ns, end_text(run));
}

}  // namespace spillgate::online

#include "online/keeper/untold_runs.hpp"

#include <utility>

#include "online/keeper/run_entries.hpp"
#include "proto/run_catalogue.hpp"

namespace spillgate::online {

namespace {

using proto::ErrorKind;

constexpr std::size_t at_a_time = 50;  // entries: each is synced to disk

// It stands below what was written before it, with the time at which it was.
LogbookEntry afterwards(LogbookEntry entry) {
    entry.text += " (noted afterwards)";
    return entry;
}

}  // namespace

proto::Result<std::vector<RunWatch::Event>> untold_events(const std::string& runs_dir, std::uint32_t newest,
                                                          Logbook& logbook, std::int64_t now_utc_ns) {
    std::vector<RunWatch::Event> untold;
    const auto told = logbook.newest_run(EntryKind::RUN_START, newest);
    if (!told) return told.error();
    if (!*told) return untold;
    const auto catalogue = proto::RunCatalogue::open_read_only(runs_dir);
    if (!catalogue && catalogue.error().kind == ErrorKind::NOT_FOUND) return untold;
    if (!catalogue) return catalogue.error();
    for (auto number = **told; number < newest && untold.size() < at_a_time; ++number) {
        const auto run = catalogue->run(number);
        if (!run && run.error().kind == ErrorKind::NOT_FOUND) continue;  // its start was given up
        if (!run) return run.error();
        for (const auto& entry : {begin_entry(*run, now_utc_ns), end_entry(*run, now_utc_ns)}) {
            const auto has = logbook.has(entry.kind, number);
            if (!has) return has.error();
            if (!*has) untold.push_back({afterwards(entry), *run});
        }
    }
    return untold;
}

}  // namespace spillgate::online

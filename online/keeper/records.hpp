// Everything that the console writes down: history, alarms, logbook, and what people keep beside the runs.
// Judged once a second by the newest snapshot. A database that cannot be opened or written stops nothing
// else: it is off, says why, and is tried again.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "online/alarms/alarm_journal.hpp"
#include "online/alarms/alarm_table.hpp"
#include "online/feed/board.hpp"
#include "online/history/history.hpp"
#include "online/keeper/keeper_account.hpp"
#include "online/keeper/quantities.hpp"
#include "online/keeper/run_keeping.hpp"
#include "online/logbook/logbook.hpp"
#include "proto/schema/console.pb.h"

namespace spillgate::online {

// How alarms stand: what the banner, the feed and /metrics show.
struct AlarmsShown {
    std::uint64_t version = 0;  // ascends with each change
    std::string json;           // the alarms that are not normal, as in docs/console/alarms.md
    std::uint64_t unacknowledged = 0;
    std::uint64_t acknowledged = 0;
    std::uint64_t returned = 0;
    std::uint64_t shelved = 0;
};
using AlarmBoard = Board<AlarmsShown>;

struct RecordsOptions {
    std::string directory;  // <checkpoint_dir>/console; made if missing
    std::string runs_dir;   // whose runs are told of and judged though they were missed; empty: none are
    config::Console console;
    std::string console_sha256;             // of the configuration as it was loaded
    std::uint64_t warn_below_bytes = 0;     // the disk is low: an alarm
    std::uint64_t history_needs_bytes = 0;  // with less free the history writes nothing
    std::function<proto::Result<std::uint64_t>(const std::string&)> free_bytes;  // empty: the system's
    std::function<void(const Transition&)> tell;  // each alarm's change, for webhooks; empty: nobody
    std::function<void(const wire::RunDescription&)> tell_run_end;  // empty: nobody
    // The newest entry of the logbook: of each that is written, and when it has been opened. Empty: nobody.
    std::function<void(std::int64_t id)> tell_entry;
    std::function<void(const KeeperAccount&)> tell_account;  // once a second; empty: nobody
};

class Records {  // owns the databases; one thread at a time
  public:
    Records(RecordsOptions options, AlarmBoard& board);

    // Once a second. `snapshot` may be empty before the first.
    void tick(double utc_s, const Snapshot* snapshot);
    void close();  // writes what the history still holds

    // REFUSED, with the reason, while they are off.
    proto::Result<History*> history();
    proto::Result<Database*> desk();
    // Into the logbook, and tells of it.
    proto::Result<std::int64_t> write(const LogbookEntry& entry);
    // The same in two steps, for an entry that may yet be rolled back with what it belongs to: it is told of
    // once it stays.
    proto::Result<std::int64_t> append(const LogbookEntry& entry);
    void tell_entry(EntryKind kind, std::int64_t id);

    std::string history_fault() const;                                    // why it is off; empty: it is not
    std::uint64_t values_while_off() const { return values_while_off_; }  // that no history was kept of

    const AlarmTable& alarms() const { return alarms_; }
    // A person's act. Errors: as AlarmTable's.
    proto::Result<Transition> acknowledge(std::string_view id, std::string_view person,
                                          std::string_view comment, double utc_s);
    proto::Result<Transition> shelve(std::string_view id, std::string_view person, std::string_view reason,
                                     double until_utc_s, double utc_s);
    proto::Result<Transition> unshelve(std::string_view id, std::string_view person, double utc_s);

    std::uint32_t run() const { return runs_.run(); }  // the one that goes on; 0: none
    const std::string& directory() const { return options_.directory; }

  private:
    void open(double utc_s);
    void open_history(double utc_s);
    void open_desk_database(double utc_s);
    void keep_history(double utc_s, const Quantities& quantities);
    void look_after_history(double utc_s);
    void take(const std::vector<Transition>& transitions, double utc_s);
    proto::Result<Transition> taken(proto::Result<Transition> moved, double utc_s);
    void desk_failed(const proto::Error& why);
    void note(const proto::Status& status);
    void write_all(const RunKeeping::Written& written);
    void tell_newest_entry();
    void lose_entry(const LogbookEntry& entry);
    void publish();
    void tell_account(double utc_s);
    void back_up(double utc_s);

    RecordsOptions options_;
    AlarmBoard& board_;
    std::optional<History> history_;
    std::unique_ptr<Database> desk_;                    // stays where it is: others point to it
    std::string history_fault_ = "it is being opened";  // of opening, or of the last commit; empty: none
    std::string no_room_;                               // for the history; empty: there is
    std::string desk_fault_ = "it is being opened";
    std::uint64_t values_while_off_ = 0;
    KeeperAccount account_;
    StoreWatch history_watch_;
    StoreWatch desk_watch_;
    AlarmTable alarms_;
    bool judged_ = false;  // alarms, once
    QuantityRates rates_;
    RunKeeping runs_;
    double opened_s_ = 0;  // last attempt
    double thinned_s_ = 0;
    double backed_up_s_ = 0;
    std::uint64_t version_ = 0;
};

}  // namespace spillgate::online

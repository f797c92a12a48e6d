// Judges each run by the configured bands when it is over, and says which ended badly.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "online/history/history.hpp"
#include "online/keeper/quantity.hpp"
#include "online/keeper/run_records.hpp"
#include "online/logbook/logbook.hpp"
#include "online/quality/run_quantities.hpp"
#include "proto/schema/console.pb.h"

namespace spillgate::online {

// The history, or why there is none.
struct HistoryAtHand {
    History* history = nullptr;
    std::string off;
};

// One row for each quantity that a band names, of the bands for the run's type; of a '*' all that fit.
std::vector<QualityRow> judged(const RunAccount& account, const config::Console& console,
                               const std::string& console_sha256, const HistoryAtHand& at_hand);

// "Run 12 ended bad: run.ac_rate.pe is 7.12 ± 0.21 Hz, below 8 Hz; …"; empty unless a row is bad or doubtful.
std::string line_of(const std::vector<QualityRow>& rows);

class RunJudge {  // one thread at a time
  public:
    RunJudge(config::Console console, std::string console_sha256)
        : console_(std::move(console)), sha256_(std::move(console_sha256)) {}

    // Judges what has ended since the last look, and keeps it in the desk database. The entries are for the
    // logbook. A run that an earlier process judged is judged again only if that was by a part of it or
    // something was unknown, and never by less than then; one that went on after it had been given up, in any
    // case. Errors: of the database; then the next look tries again.
    proto::Result<std::vector<LogbookEntry>> look(const Snapshot& snapshot, Database& desk,
                                                  const HistoryAtHand& at_hand, std::int64_t now_utc_ns);

    // Whether a band for such runs names this quantity; empty: any at all.
    bool asks_for(wire::RunType type, std::string_view quantity = {}) const;
    // Judges a run that ended while nobody followed it (missed_runs.hpp), unless it has been judged by no
    // less meanwhile. The entry, if any, is for the logbook. Errors: of the database.
    proto::Result<std::optional<LogbookEntry>> judge_late(const RunAccount& account, Database& desk,
                                                          const HistoryAtHand& at_hand,
                                                          std::int64_t now_utc_ns);

    // "quality.bad": how many quantities of the newest judged run are bad. Not known before there is one.
    Quantity bad() const;

  private:
    struct Ended {
        std::uint64_t version = 0;  // of the closing; 0: the run was refused
        RunAccount account;
    };
    std::vector<Ended> not_judged(const Snapshot& snapshot) const;
    void note(std::uint32_t run, const std::vector<QualityRow>& rows);
    proto::Result<std::string> judge(const Ended& ended, Database& desk, const HistoryAtHand& at_hand);

    config::Console console_;
    std::string sha256_;
    std::map<std::uint32_t, std::uint64_t> judged_;  // the newest version of the last few, by number
    std::uint32_t newest_ = 0;
    std::optional<std::size_t> newest_bad_;
};

}  // namespace spillgate::online

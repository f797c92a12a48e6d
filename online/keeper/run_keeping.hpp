// What is written down of runs, once a second: that they begin and end, how they are judged, what their
// sidebands are.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "online/keeper/run_watch.hpp"
#include "online/quality/run_judge.hpp"
#include "online/snapshot.hpp"

namespace spillgate::online {

class MissedRuns;

class RunKeeping {  // one thread at a time
  public:
    struct Options {
        std::string runs_dir;  // whose runs are told of and judged though they were missed; empty: none are
        config::Console console;
        std::string console_sha256;
        std::function<void(const wire::RunDescription&)> tell_run_end;  // empty: nobody
    };
    // For the logbook; what failed is tried again by the next call.
    struct Written {
        std::vector<LogbookEntry> entries;
        proto::Status status;
    };

    explicit RunKeeping(Options options);
    ~RunKeeping();
    RunKeeping(const RunKeeping&) = delete;
    RunKeeping& operator=(const RunKeeping&) = delete;

    // Which runs have begun and ended. `desk`: null while it is off; then nobody knows what it has.
    Written watch(const Snapshot& snapshot, Database* desk, double utc_s);
    // Which ended runs are bad or doubtful.
    Written judge(const Snapshot& snapshot, Database& desk, const HistoryAtHand& at_hand, double utc_s);
    // Of the runs that closed. After a write that failed they are tried again, for as long as they are shown.
    proto::Status keep_sidebands(const Snapshot& snapshot, Database& desk);
    void stop();

    std::uint32_t run() const { return run_; }  // the one that goes on; 0: none
    Quantity bad() const { return run_judge_.bad(); }

  private:
    bool tell_untold(std::uint32_t newest, Database& desk, std::int64_t utc_ns, Written& out);
    void judge_missed(const Snapshot& snapshot, Database& desk, const HistoryAtHand& at_hand, double utc_s,
                      Written& out);

    Options options_;
    RunWatch run_watch_;
    RunJudge run_judge_;
    std::unique_ptr<MissedRuns> missed_runs_;
    std::string untold_first_;       // of the entries that were given last
    std::string untold_fault_;       // why the catalogue cannot be asked; empty: it can
    std::string missed_fault_;       // why missed runs are not looked for; empty: they are
    std::uint32_t told_before_ = 0;  // of all runs below this the logbook has what is known
    std::uint32_t run_ = 0;
    std::uint64_t sidebands_kept_ = 0;  // the newest closing
};

}  // namespace spillgate::online

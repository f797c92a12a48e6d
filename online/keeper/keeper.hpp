// The thread that owns everything that the console writes down (records.hpp). Nobody waits for it: the live
// thread does not know it, the HTTP server posts tasks that answer later.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "online/http/exchange.hpp"
#include "online/keeper/records.hpp"
#include "online/snapshot.hpp"
#include "online/worker.hpp"

namespace spillgate::online {

class Keeper {  // owns a thread and two databases; stops within 2 s
  public:
    using Clock = std::function<double()>;  // UTC in seconds
    struct Options {
        RecordsOptions records;
        std::chrono::milliseconds period{1000};
        Clock clock;  // empty: the host's
    };

    // Both boards must outlive it.
    Keeper(Options options, const SnapshotBoard& snapshots, AlarmBoard& alarms);
    ~Keeper() { stop(); }
    Keeper(const Keeper&) = delete;
    Keeper& operator=(const Keeper&) = delete;

    // False: its queue is full or it stops; then `task` is not run. From any thread.
    bool post(std::function<void(Records&)> task);
    // Answers with what `work` makes of the records at the time given; 503 at once if the queue is full.
    void answer(const Reply& reply, std::function<Response(Records&, double utc_s)> work);
    void stop();  // writes what is open

    Worker::Counts counts() const { return worker_.counts(); }
    double utc_s() const { return clock_(); }

  private:
    Clock clock_;
    Records records_;  // of the worker's thread alone, while there is one
    const SnapshotBoard& snapshots_;
    bool stopped_ = false;
    Worker worker_;
};

// A route that is answered on the keeper's thread.
Route kept(Keeper& keeper, std::string method, std::string pattern, Need need,
           std::function<Response(Records&, const Request&, double utc_s)> work);

}  // namespace spillgate::online

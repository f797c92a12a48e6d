// Work that may take minutes: on several threads, with progress on a terminal, and ended early by SIGINT with
// what has been done. Lives as long as the work, no longer (see Interruption).
#pragma once

#include <optional>
#include <string>

#include "offline/fit/parallel.hpp"
#include "offline/verbs/interruption.hpp"
#include "offline/verbs/progress.hpp"

namespace spillgate::offline {

class LongWork {
  public:
    // `verb` and `what`, the unit of work, for the line on the terminal: "toys", "toys".
    LongWork(std::string verb, std::string what) : verb_(std::move(verb)), what_(std::move(what)) {}

    std::stop_token stop() const { return interruption_.token(); }
    // 0 threads: as many as the machine runs at once.
    fit::ParallelOptions parallel(unsigned threads);

  private:
    std::string verb_, what_;
    Interruption interruption_;
    std::optional<Progress> progress_;  // from the first piece on
    std::uint64_t shown_ = 0;
};

}  // namespace spillgate::offline

// What the daemon tells people: one log line per kind of trouble and second, and the recent ones for status.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proto/schema/control.pb.h"

namespace spillgate::daq {

// Thread-safe. Not for the data path: it formats and writes to stderr.
class Journal {
  public:
    // `kind` is what a line belongs to ("run", "control") or the name that a trouble is counted under. Of one
    // kind ten lines are told within a second, of warnings and errors one; the others are counted and told
    // with the next one.
    void info(const std::string& kind, const std::string& text);
    void warn(const std::string& kind, const std::string& text);
    void error(const std::string& kind, const std::string& text);

    std::vector<std::string> recent() const;  // the last 20 warnings and errors, newest last
    // The last 50 lines that were told, newest last. Every line has a number, told or not, so a gap says how
    // many are not among them. Text is cut after 1000 bytes; what is not UTF-8 of it becomes '?'.
    std::vector<wire::LogLine> lines() const;

  private:
    void report(wire::LogLine::Level level, const std::string& kind, const std::string& text);
    bool is_told(wire::LogLine& line);
    struct Last {
        std::chrono::steady_clock::time_point first;  // of those told within a second
        int told = 0;
        std::uint64_t untold = 0;
    };
    mutable std::mutex mutex_;
    std::map<std::pair<std::string, bool>, Last> last_;  // by kind; of infos apart
    std::deque<std::string> recent_;
    std::deque<wire::LogLine> lines_;
    std::uint64_t number_ = 0;  // of the newest line
};

}  // namespace spillgate::daq

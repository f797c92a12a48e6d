// What the daemon tells people: one log line per kind of trouble and second, and the recent ones for status.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace spillgate::daq {

// Thread-safe. Not for the data path: it formats and writes to stderr.
class Journal {
  public:
    void info(const std::string& text);
    // `kind` is the name that this trouble is counted under; the second report of one kind within a second is
    // counted and told with the next one.
    void warn(const std::string& kind, const std::string& text);
    void error(const std::string& kind, const std::string& text);
    std::vector<std::string> recent() const;  // warnings and errors, newest last

  private:
    void report(bool is_error, const std::string& kind, const std::string& text);
    struct Last {
        std::chrono::steady_clock::time_point told;
        std::uint64_t untold = 0;
    };
    mutable std::mutex mutex_;
    std::map<std::string, Last> last_;
    std::deque<std::string> recent_;
};

}  // namespace spillgate::daq

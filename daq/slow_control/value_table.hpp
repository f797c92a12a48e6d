// The newest reading of every slow value: sources write it on their threads, slow control reads it on its
// own.
#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daq/slow_control/slow_state.hpp"

namespace spillgate::daq {

// Thread-safe. Values go by their index in Config.slow_control.value.
class ValueTable {
  public:
    using Clock = std::chrono::steady_clock;

    explicit ValueTable(const config::SlowControl& config);

    std::optional<std::size_t> index_of(std::string_view name) const;

    // A value that was true at `at`; it ends a trouble.
    void put(std::size_t index, double value, std::int64_t value_utc_ns, SourceAlarm alarm,
             Clock::time_point at);
    // The source is there and says that it does not know the value.
    void put_unknown(std::size_t index, const std::string& why);
    // While a value is held, it does not age: its source would say if it changed.
    void hold(std::size_t index, bool held, const std::string& trouble);
    // The source cannot be asked; what it said last ages.
    void set_trouble(std::size_t index, const std::string& trouble);

    SlowReading reading(std::size_t index) const;

  private:
    struct Entry {
        std::string name;
        SlowReading reading;  // its age follows from what is below
        std::optional<Clock::time_point> true_at;
        bool held = false;
    };
    mutable std::mutex mutex_;
    std::vector<Entry> entries_;
};

}  // namespace spillgate::daq

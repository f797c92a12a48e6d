// Reports on their way from a feed's thread to the stream: bounded; what is lost on the way is counted by
// name.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <stop_token>
#include <string_view>
#include <vector>

#include "hw/beam/report.hpp"
#include "proto/spill_record.hpp"

namespace spillgate::hw::beam {

class ReportQueue {
  public:
    explicit ReportQueue(std::size_t capacity) : capacity_(capacity) {}

    // From the feed's thread. A full queue drops the report: `beam-queue-full`.
    void put(const Report& report);
    // A feed that can wait does; false if a stop was requested.
    bool wait_and_put(const Report& report, const std::stop_token& stop);
    void count(std::string_view name, std::uint64_t n = 1);
    // That the source is there, without a report.
    void heard(std::int64_t steady_ns);

    // From the stream's thread: at most `most` reports are appended, in order, and all counts since the last
    // time.
    void take(std::size_t most, std::vector<Report>& reports, std::vector<proto::NamedCount>& counts);
    // When something was last heard, by the host's steady clock; 0: never.
    std::int64_t last_heard_ns() const;

  private:
    void add(std::string_view name, std::uint64_t n);

    std::size_t capacity_;
    mutable std::mutex mutex_;
    std::condition_variable_any room_;
    std::deque<Report> reports_;
    std::vector<proto::NamedCount> counts_;
    std::int64_t heard_ns_ = 0;
};

}  // namespace spillgate::hw::beam

#include "hw/beam/report_queue.hpp"

#include <algorithm>
#include <string>

namespace spillgate::hw::beam {

void ReportQueue::put(const Report& report) {
    const std::lock_guard lock(mutex_);
    if (report.arrival_ns) heard_ns_ = std::max(heard_ns_, *report.arrival_ns);
    if (reports_.size() >= capacity_) return add("beam-queue-full", 1);
    reports_.push_back(report);
}

bool ReportQueue::wait_and_put(const Report& report, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    if (!room_.wait(lock, stop, [&] { return reports_.size() < capacity_; })) return false;
    reports_.push_back(report);
    return true;
}

void ReportQueue::count(std::string_view name, std::uint64_t n) {
    const std::lock_guard lock(mutex_);
    add(name, n);
}

void ReportQueue::heard(std::int64_t steady_ns) {
    const std::lock_guard lock(mutex_);
    heard_ns_ = std::max(heard_ns_, steady_ns);
}

void ReportQueue::take(std::size_t most, std::vector<Report>& reports,
                       std::vector<proto::NamedCount>& counts) {
    const std::lock_guard lock(mutex_);
    for (; most > 0 && !reports_.empty(); --most) {
        reports.push_back(reports_.front());
        reports_.pop_front();
    }
    room_.notify_all();
    counts.insert(counts.end(), counts_.begin(), counts_.end());
    counts_.clear();
}

std::int64_t ReportQueue::last_heard_ns() const {
    const std::lock_guard lock(mutex_);
    return heard_ns_;
}

void ReportQueue::add(std::string_view name, std::uint64_t n) {
    const auto found = std::ranges::find(counts_, name, &proto::NamedCount::name);
    if (found != counts_.end())
        found->value += n;
    else
        counts_.push_back({std::string(name), n});
}

}  // namespace spillgate::hw::beam

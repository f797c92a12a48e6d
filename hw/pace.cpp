#include "hw/pace.hpp"

#include <algorithm>

namespace spillgate::hw {

using Clock = std::chrono::steady_clock;

std::int64_t steady_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now().time_since_epoch()).count();
}

bool Pace::wait_until(std::int64_t moment_ns, const std::stop_token& stop,
                      const std::function<void()>& meanwhile) {
    const Clock::time_point moment{
        std::chrono::duration_cast<Clock::duration>(std::chrono::nanoseconds(moment_ns))};
    while (!stop.stop_requested()) {
        const auto now = Clock::now();
        if (now >= moment) return true;
        const auto next = std::min(moment, now + interval_);
        std::unique_lock lock(mutex_);
        wake_.wait_until(lock, stop, next, [] { return false; });
        lock.unlock();
        if (next < moment) meanwhile();
    }
    return false;
}

}  // namespace spillgate::hw

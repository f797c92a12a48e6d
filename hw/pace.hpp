// Waiting until a moment of the host's steady clock, for sources that act out real time.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <stop_token>

namespace spillgate::hw {

// The host's steady clock in ns since its own zero (on Linux CLOCK_MONOTONIC: the same for all processes).
std::int64_t steady_ns();

// Waits for moments, calling back every `interval` meanwhile.
class Pace {
  public:
    explicit Pace(std::chrono::nanoseconds interval) : interval_(interval) {}
    // False if a stop was requested; then it returned within microseconds of the request.
    bool wait_until(std::int64_t moment_ns, const std::stop_token& stop,
                    const std::function<void()>& meanwhile);

  private:
    std::chrono::nanoseconds interval_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
};

}  // namespace spillgate::hw

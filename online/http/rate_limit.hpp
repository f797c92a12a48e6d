// So many per second, and some at once.
#pragma once

#include <algorithm>
#include <chrono>

namespace spillgate::online {

class RateLimit {
  public:
    using Clock = std::chrono::steady_clock;
    RateLimit(double per_second, double burst) : per_second_(per_second), burst_(burst), left_(burst) {}

    // False: it is too often.
    bool take(Clock::time_point now) {
        if (last_ != Clock::time_point{}) {
            const double passed = std::chrono::duration<double>(now - last_).count();
            left_ = std::min(burst_, left_ + std::max(0.0, passed) * per_second_);
        }
        last_ = now;
        if (left_ < 1) return false;
        left_ -= 1;
        return true;
    }

  private:
    double per_second_;
    double burst_;
    double left_;
    Clock::time_point last_{};
};

}  // namespace spillgate::online

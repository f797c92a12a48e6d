// How fast exposure comes in: of the last ten minutes.
#pragma once

#include <deque>
#include <optional>

namespace spillgate::online {

class ExposureRate {
  public:
    static constexpr double window_s = 600;
    static constexpr double step_s = 5;    // between two samples that are kept
    static constexpr double least_s = 10;  // what is shorter is no rate

    // Exposure that falls is that of something else: it begins anew.
    void take(double utc_s, double pot) {
        if (!samples_.empty() && (pot < newest_.pot || utc_s < newest_.utc_s)) samples_.clear();
        newest_ = {utc_s, pot};
        if (samples_.empty() || utc_s - samples_.back().utc_s >= step_s) samples_.push_back(newest_);
        while (samples_.size() > 1 && utc_s - samples_.front().utc_s > window_s)
            samples_.pop_front();
    }
    void clear() { samples_.clear(); }

    double over_s() const { return samples_.empty() ? 0 : newest_.utc_s - samples_.front().utc_s; }
    std::optional<double> pot_per_s() const {  // absent: not known yet
        if (over_s() < least_s) return std::nullopt;
        return (newest_.pot - samples_.front().pot) / over_s();
    }

  private:
    struct Sample {
        double utc_s = 0, pot = 0;
    };
    std::deque<Sample> samples_;
    Sample newest_;
};

}  // namespace spillgate::online

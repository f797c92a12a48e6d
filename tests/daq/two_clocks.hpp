// A facility seen by two clocks, and the truth of both: what the reading of each was at any moment.
#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <random>
#include <vector>

#include "daq/clocks/tie_search.hpp"

namespace spillgate::daq::test {

struct TwoClocksOptions {
    double here_hz = 250e6;
    double there_hz = 62.5e6;
    double error_ppm = 20;  // of the clock there
    double wander_ppm = 0;  // amplitude of a slow change of that error
    double wander_s = 30;   // and its period
    double jitter_us = 25;  // of the facility's marks, each on its own
    double noise_ns = 2;    // of each clock's own look at a mark
    double missed_there = 0;
    double extra_there = 0;
    double duplicate_there = 0;
    double starts_there = 12345.678;  // s of the clock there at time 0
    bool with_cycle_ids = false;
    int marks = 600;
    double step_at_s = 1e9;  // the clock there is set forward …
    double step_s = 0;       // … by this
};

// Moments are s of true time, which the clock here keeps exactly.
class TwoClocks {
  public:
    TwoClocks(std::uint64_t seed, const TwoClocksOptions& options) : options_(options), random_(seed) {
        std::normal_distribution<double> normal;
        std::uniform_real_distribution<double> uniform;
        for (int i = 0; i < options.marks; ++i) {
            const double moment = 1 + i / 60.0 + options.jitter_us * 1e-6 * normal(random_);
            moments.push_back(moment);
            SeenMark here{here_at(moment + options.noise_ns * 1e-9 * normal(random_)), 4, {}};
            SeenMark there{there_at(moment + options.noise_ns * 1e-9 * normal(random_)), 4, {}};
            if (options.with_cycle_ids) here.cycle_id = there.cycle_id = 1000 + static_cast<std::uint64_t>(i);
            marks_here.push_back(here);
            seen_there.push_back(uniform(random_) >= options.missed_there);
            if (seen_there.back()) marks_there.push_back(there);
            if (uniform(random_) < options.duplicate_there && seen_there.back()) {
                there.time = there_at(moment + 3e-6);
                marks_there.push_back(there);
            }
            if (uniform(random_) < options.extra_there)
                marks_there.push_back({there_at(moment + (0.2 + 0.6 * uniform(random_)) / 60), 4, {}});
        }
    }

    double seconds_there(double moment) const {
        const double turn = 2 * M_PI / options_.wander_s;
        return options_.starts_there + moment * (1 + options_.error_ppm * 1e-6) -
               options_.wander_ppm * 1e-6 / turn * std::cos(turn * moment) +
               (moment >= options_.step_at_s ? options_.step_s : 0);
    }
    proto::ClockTime here_at(double moment) const { return reading(0, moment * options_.here_hz); }
    proto::ClockTime there_at(double moment) const {
        return reading(7, seconds_there(moment) * options_.there_hz);
    }
    // How far, in ns of the clock there, a reading is from the one at a moment.
    double off_ns(const proto::ClockTime& time, double moment) const {
        return proto::ticks_between(time, there_at(moment)) * 1e9 / options_.there_hz;
    }

    std::vector<double> moments;
    std::vector<bool> seen_there;
    std::vector<SeenMark> marks_here;
    std::vector<SeenMark> marks_there;

  private:
    static proto::ClockTime reading(std::uint32_t domain, double ticks) {
        const double whole = std::floor(ticks);
        return {domain, 0, static_cast<std::int64_t>(whole),
                static_cast<std::uint16_t>((ticks - whole) * 65536.0)};
    }
    TwoClocksOptions options_;
    std::mt19937_64 random_;
};

}  // namespace spillgate::daq::test

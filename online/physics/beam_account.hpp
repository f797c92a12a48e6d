// How long there was beam, and how long not and why, since this process looks.
#pragma once

#include <array>
#include <cstddef>

#include "online/run/beam_state.hpp"

namespace spillgate::online {

class BeamAccount {
  public:
    // The state from the last look on. A longer gap is nobody's: the process stood still.
    void take(double utc_s, BeamState state) {
        if (since_s_ == 0) since_s_ = utc_s;
        const double passed = utc_s - last_s_;
        if (last_s_ != 0 && passed > 0 && passed < longest_gap_s)
            seconds_[static_cast<std::size_t>(last_)] += passed;
        last_s_ = utc_s;
        last_ = state;
    }
    double seconds(BeamState state) const { return seconds_[static_cast<std::size_t>(state)]; }
    double since_utc_s() const { return since_s_; }  // 0: has not looked yet

  private:
    static constexpr double longest_gap_s = 60;
    std::array<double, static_cast<std::size_t>(BeamState::UNKNOWN) + 1> seconds_{};
    double since_s_ = 0, last_s_ = 0;
    BeamState last_ = BeamState::UNKNOWN;
};

}  // namespace spillgate::online

// A charge preamplifier's answer to one deposit: a smooth step that decays.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace spillgate::hw::simulation::hpge {

// Charge collected since the deposit, of 1 in all, at a fraction of the collection time: 3u² − 2u³.
double collected(double fraction);
// Of that curve: collection time / (time from 10 % to 90 %).
inline constexpr double collection_per_rise = 1.6436560607;
// Its steepest slope, per collection time: A of a pulse of unit height.
inline constexpr double steepest = 1.5;

// One deposit's pulse; times in ticks.
struct ChargeStep {
    std::int64_t tick = 0;
    float fraction = 0;          // [0, 1) of a tick
    double collection = 1;       // from the first charge to the last
    double height = 0;           // ADC, had it no decay
    std::int64_t risen() const;  // ticks after `tick` at which all charge has been collected
};

// What is collected within a sample decays as if it came in the sample's middle, exponentially and
// continuously: exact to the square of the sample's share of the decay time. After 16 decay times nothing is
// left. Values at a tick depend on the pulse alone, not on the stretch that is asked for.
class ChargePulse {
  public:
    explicit ChargePulse(double decay_ticks);

    std::int64_t reach() const { return reach_; }  // ticks after all charge has been collected
    // Adds the pulse to out.size() samples from `begin` on.
    void add(const ChargeStep& step, std::int64_t begin, std::span<float> out) const;

  private:
    static constexpr std::int64_t fine_length = 1024;
    double per_tick_ = 1;  // what is left after one tick
    double per_half_ = 1;  // … after half a tick
    std::int64_t reach_ = 0;
    std::vector<double> fine_, coarse_;  // what is left after i and after fine_length·i ticks

    double left_after(std::int64_t ticks) const {
        return coarse_[static_cast<std::size_t>(ticks / fine_length)] *
               fine_[static_cast<std::size_t>(ticks % fine_length)];
    }
};

}  // namespace spillgate::hw::simulation::hpge

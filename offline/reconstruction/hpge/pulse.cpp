#include "offline/reconstruction/hpge/pulse.hpp"

#include <algorithm>
#include <cmath>

namespace spillgate::offline::hpge {

namespace {

EnergyFilter energy_filter(const TraceSums& trace, const Lengths& lengths, double lambda) {
    const auto rise = static_cast<double>(lengths.rise);
    return {lengths.rise, lengths.flat, lambda,
            trace.baseline.mean * (rise * static_cast<double>(lengths.rise + lengths.flat))};
}

// The trapezoid at a time between two samples, linear between their values. Needs both.
std::optional<double> energy_at(const TraceSums& trace, const EnergyFilter& filter, double time) {
    const double sample = std::floor(time);
    const auto end = static_cast<std::size_t>(sample) + 1;
    if (end < filter.length() || end + 1 >= trace.sums.size()) return std::nullopt;
    const auto d1 = filter.d1(trace.sums, end);
    const auto d2 = static_cast<double>(filter.d2(trace.sums, end));
    const double here = filter(d1, d2);
    const double next = filter(filter.d1(trace.sums, end + 1), d2 + static_cast<double>(d1));
    return (here + (time - sample) * (next - here)) / static_cast<double>(filter.rise);
}

double energy_maximum(const TraceSums& trace, const EnergyFilter& filter, const Onset& onset) {
    const auto begin = std::max(onset.crossing, filter.length());
    const auto end = std::min(onset.crossing + filter.length(), trace.sums.size());
    return highest_energy(trace.sums, begin, end, filter).value / static_cast<double>(filter.rise);
}

// The largest slope is sought from one averaging length before t0 to the energy's pick-off.
double current(const TraceSums& trace, const Lengths& lengths, const Onset& onset) {
    const auto length = lengths.current;
    const auto begin = std::max(onset.crossing > length ? onset.crossing - length : 0, length);
    if (trace.sums.size() <= length) return std::numeric_limits<double>::quiet_NaN();
    const auto end = std::min(onset.crossing + lengths.pickoff + 1, trace.sums.size() - length);
    if (begin >= end) return std::numeric_limits<double>::quiet_NaN();
    const auto length_adc = static_cast<double>(length);
    return static_cast<double>(highest_difference(trace.sums, begin, end, length).value) /
           (length_adc * length_adc);
}

// The pulse without its decay, above the mean of the same stretch before it that t0 was found over.
class StepShape {
  public:
    StepShape(const TraceSums& trace, const Lengths& lengths, double lambda, const Onset& onset)
        : trace_(trace),
          lambda_(lambda),
          first_(onset.crossing - lengths.step.length()),
          after_(first_ + lengths.step.before) {
        std::uint64_t prefix_sums = 0;
        for (auto i = first_; i < after_; ++i)
            prefix_sums += trace.sums[i] - trace.sums[first_];
        const auto n = static_cast<double>(lengths.step.before);
        const auto sum = static_cast<double>(trace.sums[after_] - trace.sums[first_]);
        level_ =
            sum / n + lambda * (static_cast<double>(prefix_sums) / n - trace.baseline.mean * ((n - 1) / 2));
    }
    std::size_t begin() const { return after_; }
    double operator()(std::size_t sample) const {
        const auto sum = static_cast<double>(trace_.sums[sample] - trace_.sums[first_]);
        const auto samples = static_cast<double>(sample - first_);
        return static_cast<double>(trace_.number(sample)) + lambda_ * (sum - samples * trace_.baseline.mean) -
               level_;
    }

  private:
    const TraceSums& trace_;
    double lambda_;
    std::size_t first_, after_;  // of the stretch before the pulse
    double level_ = 0;
};

// Forward from t0 to 90 %, from there back to 50 and 10 %: the crossings nearest to the fast part of the
// rise.
void find_times(const StepShape& shape, std::size_t from, std::size_t end, Pulse& pulse) {
    const auto crossing = [&](std::size_t sample, double level) {
        const double before = shape(sample - 1);
        return static_cast<double>(sample - 1) + (level - before) / (shape(sample) - before);
    };
    const double level = 0.9 * pulse.energy;
    auto sample = from;
    while (sample < end && shape(sample) < level)
        ++sample;
    if (sample >= end) return;
    const auto back_to = [&](double fraction) {
        const double wanted = fraction * pulse.energy;
        while (sample > shape.begin() && shape(sample - 1) >= wanted)
            --sample;
        return sample > shape.begin() ? crossing(sample, wanted) : std::numeric_limits<double>::quiet_NaN();
    };
    pulse.t90 = back_to(0.9);
    pulse.t50 = back_to(0.5);
    pulse.t10 = back_to(0.1);
}

// A second pulse: after this one, or before it where the energy trapezoid still reads.
bool has_second(const TraceSums& trace, const Lengths& lengths, double threshold_adc, const Onset& onset) {
    const auto crossing = static_cast<std::int64_t>(onset.crossing);
    const auto reach = static_cast<std::int64_t>(2 * lengths.rise + lengths.flat);
    const auto pickoff = static_cast<std::int64_t>(lengths.pickoff);
    const auto& step = lengths.step;
    return any_step(trace.sums, step, threshold_adc,
                    crossing + static_cast<std::int64_t>(lengths.pile_up_after),
                    static_cast<std::int64_t>(trace.sums.size())) ||
           any_step(trace.sums, step, threshold_adc, crossing + pickoff - reach,
                    crossing - static_cast<std::int64_t>(step.after + step.flat));
}

}  // namespace

std::optional<Pulse> measure_pulse(const TraceSums& trace, const Lengths& lengths, double lambda,
                                   double pile_up_threshold_adc, const Onset& onset) {
    const auto filter = energy_filter(trace, lengths, lambda);
    const auto energy = energy_at(trace, filter, onset.t0 + static_cast<double>(lengths.pickoff));
    if (!energy) return std::nullopt;
    Pulse pulse;
    pulse.energy = *energy;
    pulse.energy_max = energy_maximum(trace, filter, onset);
    pulse.current = current(trace, lengths, onset);
    pulse.pile_up = has_second(trace, lengths, pile_up_threshold_adc, onset);
    if (pulse.energy > 0)
        find_times(StepShape(trace, lengths, lambda, onset), onset.crossing - 1,
                   std::min(onset.crossing + lengths.pickoff, trace.samples()), pulse);
    return pulse;
}

}  // namespace spillgate::offline::hpge

#include "hw/marks/edge_finder.hpp"

#include <algorithm>
#include <cmath>

namespace spillgate::hw::marks {

namespace {

// Codes over the baseline, times the number of baseline samples, so that they are whole.
class Levels {
  public:
    Levels(std::span<const std::uint16_t> samples, const proto::Encoding& encoding, bool negative)
        : samples_(samples),
          encoding_(encoding),
          negative_(negative),
          baseline_samples_(static_cast<std::int64_t>(std::min(most_baseline_samples, samples.size() / 4))) {
        for (std::size_t i = 0; i < static_cast<std::size_t>(baseline_samples_); ++i)
            sum_ += code(i);
    }

    std::int64_t scale() const { return baseline_samples_; }
    std::size_t size() const { return samples_.size(); }
    std::int64_t operator[](std::size_t i) const { return code(i) * baseline_samples_ - sum_; }

    // rms of the baseline and of rounding to codes, in codes.
    double noise_adc() const {
        const auto n = static_cast<double>(baseline_samples_);
        double squares = 0;
        for (std::size_t i = 0; i < static_cast<std::size_t>(baseline_samples_); ++i) {
            const double deviation = static_cast<double>((*this)[i]) / n;
            squares += deviation * deviation;
        }
        return std::sqrt(squares / n + 1.0 / 12);
    }

  private:
    std::int64_t code(std::size_t i) const {
        const std::int64_t word = encoding_.is_signed ? std::int64_t{static_cast<std::int16_t>(samples_[i])}
                                                      : std::int64_t{samples_[i]};
        const std::int64_t value = word >> encoding_.shift;
        return negative_ ? -value : value;
    }

    std::span<const std::uint16_t> samples_;
    proto::Encoding encoding_;
    bool negative_;
    std::int64_t baseline_samples_;
    std::int64_t sum_ = 0;
};

struct Pulse {
    std::size_t rise = 0;  // first sample of the run that is not below half the height
    std::size_t fall = 0;  // first one after it that is; the trace's size if there is none
    std::int64_t peak = 0;
};

// The pulse whose samples over the threshold are [begin, end).
Pulse measure(const Levels& levels, std::size_t begin, std::size_t end) {
    Pulse pulse;
    for (std::size_t i = begin; i < end; ++i)
        pulse.peak = std::max(pulse.peak, levels[i]);
    pulse.rise = begin;
    while (2 * levels[pulse.rise] < pulse.peak)
        ++pulse.rise;
    pulse.fall = pulse.rise;
    while (pulse.fall < levels.size() && 2 * levels[pulse.fall] >= pulse.peak)
        ++pulse.fall;
    return pulse;
}

// Where the level crosses half the peak between samples i − 1 and i, in 1/65536 sample, rounded down.
std::int64_t crossing(const Levels& levels, std::size_t i, std::int64_t peak) {
    const std::int64_t before = levels[i - 1];
    const std::int64_t step = 2 * (levels[i] - before);
    const std::int64_t part = (peak - 2 * before) * 65536 / step;
    return static_cast<std::int64_t>(i - 1) * 65536 + part;
}

double uncertainty(const Levels& levels, const Pulse& pulse, double noise_adc) {
    constexpr double whole_sample = 0.28867513459481287;  // 1/√12
    const std::int64_t before = levels[pulse.rise - 1];
    const std::int64_t after = levels[pulse.rise];
    if (10 * before <= pulse.peak && 10 * after >= 9 * pulse.peak) return whole_sample;
    const double slope = static_cast<double>(after - before) / static_cast<double>(levels.scale());
    return std::min(noise_adc / slope, whole_sample);
}

}  // namespace

void find_edges(std::span<const std::uint16_t> samples, const proto::Encoding& encoding,
                const EdgeSettings& settings, std::vector<Edge>& edges, EdgeRefusals& refusals) {
    const Levels levels(samples, encoding, settings.negative);
    if (levels.scale() == 0) return refusals.add(EdgeRefusal::CUT);
    const auto scale = static_cast<double>(levels.scale());
    // Compared in whole numbers: the bounds are rounded once, here.
    const auto threshold = static_cast<std::int64_t>(std::ceil(settings.height_min_adc * scale / 2));
    const auto lowest = static_cast<std::int64_t>(std::ceil(settings.height_min_adc * scale));
    const auto highest = static_cast<std::int64_t>(std::floor(settings.height_max_adc * scale));
    double noise_adc = -1;
    std::size_t i = 0;
    while (i < levels.size()) {
        if (levels[i] < threshold) {
            ++i;
            continue;
        }
        const std::size_t begin = i;
        while (i < levels.size() && levels[i] >= threshold)
            ++i;
        const Pulse pulse = measure(levels, begin, i);
        i = std::max(i, pulse.fall);
        if (begin < static_cast<std::size_t>(levels.scale())) {
            refusals.add(EdgeRefusal::CUT);
            continue;
        }
        if (pulse.peak < lowest || pulse.peak > highest) {
            refusals.add(EdgeRefusal::HEIGHT);
            continue;
        }
        const std::int64_t position = crossing(levels, pulse.rise, pulse.peak);
        const std::int64_t end = pulse.fall < levels.size()
                                     ? crossing(levels, pulse.fall, pulse.peak)
                                     : static_cast<std::int64_t>(levels.size()) * 65536;
        const double width = static_cast<double>(end - position) / 65536;
        if (width < settings.width_min_samples || width > settings.width_max_samples) {
            refusals.add(EdgeRefusal::WIDTH);
            continue;
        }
        if (noise_adc < 0) noise_adc = levels.noise_adc();
        edges.push_back({position, uncertainty(levels, pulse, noise_adc)});
    }
}

}  // namespace spillgate::hw::marks

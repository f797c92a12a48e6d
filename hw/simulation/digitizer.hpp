// From a channel's signal to codes: baseline, noise, saturation, the linear gate, and the digitizer's uneven
// codes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "hw/simulation/parameters.hpp"

namespace spillgate::hw::simulation {

// Ticks [begin, end) in which the linear gate shuts the detectors off; empty if begin == end.
struct Closed {
    std::int64_t begin = 0;
    std::int64_t end = 0;
};

// What a channel's input makes of its signal.
struct Input {
    double baseline_adc = 0;
    double wander_adc = 0;         // amplitude of the baseline's slow wander
    double noise_adc = 0;          // rms of a sample
    double noise_correlation = 0;  // of neighbouring samples: the input's bandwidth
    bool positive_pulses = false;
    std::optional<double> gated_adc;  // level while the linear gate is closed; unset: it has none
    // The correction that undoes the digitizer's uneven codes; null: they are even.
    std::int32_t (*code_correction)(std::int32_t) = nullptr;
};

// One channel's way to codes. Not thread-safe (reuses its buffers).
class Digitizer {
  public:
    Digitizer(const Parameters& parameters, std::size_t channel, const Input& input);

    // Digitizes a signal that begins at `begin`, ADC over the baseline. Noise depends on (seed, board,
    // channel, begin).
    void digitize(std::int64_t begin, std::span<const float> signal, Closed closed,
                  std::span<std::uint16_t> out) const;

  private:
    Parameters parameters_;
    std::size_t channel_;
    Input input_;
    std::int32_t lowest_ = 0;  // code range before the code table
    std::int32_t highest_ = 0;
    std::vector<float> noise_;           // a long stretch of noise, entered at a random place
    std::vector<std::uint16_t> uneven_;  // code − lowest_ → the uneven digitizer's code; empty: even codes

    double baseline_at(std::int64_t tick) const;
};

// What the correction of uneven codes (docs/reconstruction.md, step 1) makes of a raw code, of the
// detector's and of the muon veto's digitizer.
std::int32_t corrected_csi_code(std::int32_t raw);
std::int32_t corrected_muon_code(std::int32_t raw);

}  // namespace spillgate::hw::simulation

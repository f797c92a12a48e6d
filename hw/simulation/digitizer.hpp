// From pulses to codes: baseline, noise, saturation, the linear gate, and the digitizer's uneven codes.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "hw/simulation/light.hpp"
#include "hw/simulation/pulse_shape.hpp"

namespace spillgate::hw::simulation {

// Ticks [begin, end) in which the linear gate shuts the detectors off; empty if begin == end.
struct Closed {
    std::int64_t begin = 0;
    std::int64_t end = 0;
};

// One channel's way to codes. Not thread-safe (reuses its buffers).
class Digitizer {
  public:
    Digitizer(const Parameters& parameters, std::size_t channel, bool veto);

    const PulseShape& shape() const { return shape_; }
    // Digitizes out.size() samples from `begin` on. Pulses that began up to shape().length() before belong
    // into `pulses`; those outside are ignored. Noise depends on (seed, board, channel, begin).
    void digitize(std::int64_t begin, std::span<const Pulse> pulses, Closed closed,
                  std::span<std::uint16_t> out);
    // The sum of pulses alone, in ADC over the baseline, from `begin` on.
    void analog(std::int64_t begin, std::span<const Pulse> pulses, std::span<float> out) const;

  private:
    Parameters parameters_;
    std::size_t channel_;
    bool veto_;
    PulseShape shape_;
    float sign_ = -1;
    std::int32_t lowest_ = 0;  // code range before the code table
    std::int32_t highest_ = 0;
    std::vector<float> noise_;  // a long stretch of noise, entered at a random place
    std::vector<float> analog_;
    std::vector<std::uint16_t> uneven_;  // code − lowest_ → the uneven digitizer's code; empty: even codes
};

// What the correction of uneven codes (docs/reconstruction.md, step 1) makes of a raw code, of the
// detector's and of the muon veto's digitizer.
std::int32_t corrected_csi_code(std::int32_t raw);
std::int32_t corrected_muon_code(std::int32_t raw);

}  // namespace spillgate::hw::simulation

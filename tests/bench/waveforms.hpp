// Photomultiplier waveforms to measure with: quick to make, and as compressible and as busy as real ones.
#pragma once

#include <cstdint>
#include <random>
#include <span>

namespace spillgate::bench {

struct WaveformShape {
    double baseline_adc = 100;
    double noise_adc = 0.6;      // rms
    double spe_charge_adc = 60;  // ADC·samples, mean of a Polya-like distribution
    double pulse_samples = 4;    // decay of a single photoelectron
    double fast_samples = 527;   // scintillation: 1.05 and 11.2 μs at 500 MS/s, light slow/fast 0.41
    double slow_samples = 5600;
    int lowest_code = -128;
    int highest_code = 127;
};

// A 14-bit 250 MS/s digitizer on the same detector.
inline constexpr WaveformShape digitizer_14_bit{.baseline_adc = 14000,
                                                .noise_adc = 3,
                                                .spe_charge_adc = 600,
                                                .pulse_samples = 4,
                                                .fast_samples = 263,
                                                .slow_samples = 2800,
                                                .lowest_code = 0,
                                                .highest_code = 16383};

// One trace with `photoelectrons` single photoelectrons after sample `onset`; pulses go down.
void fill_waveform(std::span<std::uint16_t> samples, const WaveformShape& shape, std::int64_t onset,
                   int photoelectrons, std::mt19937_64& random);

}  // namespace spillgate::bench

// The nominal load at the SNS: 16 channels × 250 MS/s × 14 bit × 2 windows × 70 μs × 60 Hz = 67 MB/s.
#pragma once

#include <cstdint>
#include <string>

namespace spillgate::bench {

inline constexpr std::uint32_t nominal_channels = 16;
inline constexpr std::uint32_t nominal_trace_samples = 35000;  // 140 μs: the AC and the C window
inline constexpr double nominal_repetition_hz = 60;
inline constexpr double nominal_bytes_per_second =
    nominal_repetition_hz * nominal_channels * nominal_trace_samples * sizeof(std::uint16_t);

// Configuration of daemon and online: 15 detector channels are reconstructed, the 16th is their veto.
std::string nominal_config();  // from a digitizer simulated in the daemon
// … with 16 spectra and 8 maps for a console to show, at most `snapshot_hz` times a second; recorded
// compressed.
std::string nominal_console_config(double snapshot_hz);
// … from an emulated SIS3316 at this UDP port.
std::string nominal_udp_config(const std::string& port);
// That of spillgate-emulator with such a module; "@folder@" stands for the temporary folder.
std::string nominal_emulator();

}  // namespace spillgate::bench

// What the registers of a group say of one of its channels, in samples and words.
#pragma once

#include <array>
#include <cstdint>

#include "hw/emulator/sis3316/trapezoid.hpp"

namespace spillgate::hw::emulator::sis3316 {

class RegisterFile;

struct AccumulatorGate {
    std::uint32_t start = 0;  // from the begin of the active trigger gate window's samples
    std::uint32_t length = 1;
};

struct ChannelSetup {
    // 0x010
    bool inverted = false;
    bool internal_trigger = false;
    bool external_trigger = false;
    std::uint16_t header_id = 0;  // 12 bits
    // 0x018
    std::uint32_t threshold_words = 0;  // 0: none
    bool stops_at_threshold = false;
    std::uint32_t gate = 2;  // 0x01C, samples
    std::uint32_t raw_length = 0;
    std::uint32_t raw_start = 0;
    std::uint32_t pile_up_window = 0;
    std::uint32_t re_pile_up_window = 0;
    std::uint32_t pretrigger = 0;  // 0x028, with the filter's delay if it says so
    // 0x02C; length 0: none
    std::uint32_t average_of = 1;
    std::uint32_t average_pretrigger = 0;  // samples
    std::uint32_t average_length = 0;      // averaged samples
    unsigned format = 0;                   // 0x030, 3:0
    bool maw_buffer = false;
    bool maw_of_energy = false;
    std::uint32_t maw_length = 0;  // 0x034, words
    std::uint32_t maw_pretrigger = 0;
    std::uint32_t trigger_delay = 0;  // 0x038, samples
    FirShape trigger_fir;
    FirShape energy_fir;
    bool threshold_enabled = false;
    bool suppresses_high_energy = false;
    std::int32_t threshold = 0;    // of the trapezoid, offset taken off
    std::int32_t high_energy = 0;  // 0: none
    bool output_enabled = false;   // 0x00C: without it the ADC's codes do not arrive
    std::array<AccumulatorGate, 8> accumulators;

    bool has_peak() const { return format & 1; }
    bool has_late_accumulators() const { return format & 2; }
    bool has_fast_maw() const { return format & 4; }
    bool has_energy_maw() const { return format & 8; }
    bool averages() const { return average_length > 0; }
    // Of one event.
    std::uint32_t words() const;
    // Samples from the begin of the window that an event looks at.
    std::uint32_t span() const;
};

ChannelSetup setup_of(const RegisterFile& registers, unsigned channel);

}  // namespace spillgate::hw::emulator::sis3316

// A board's configuration → what is written into the registers of an SIS3316, and what its events look like
// then. Whatever the module cannot hold is refused here. Source: Struck SIS3316 manual, register description.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hw/sis3316/registers.hpp"
#include "proto/result.hpp"
#include "proto/schema/config.pb.h"

namespace spillgate::hw::sis3316 {

// One write. Later writes of an address overrule earlier ones.
struct RegisterSetting {
    std::uint32_t address = 0;
    std::uint32_t value = 0;
    std::uint32_t mask = 0xFFFFFFFFu;  // bits that must read back as written
    bool keeps_others = false;         // bits outside the mask stay as they are in the module
    std::string field;                 // of the configuration that it comes from
};

// How the events of a channel lie in memory and in time. Lengths in samples, times in sample clocks.
struct ChannelLayout {
    bool enabled = false;
    std::uint32_t id = 0;  // in the event header
    std::uint32_t format_bits = 0;
    std::uint32_t raw_samples = 0;
    std::uint32_t averaged_samples = 0;
    std::uint32_t average_ticks = 1;
    std::int64_t pretrigger = 0;           // of the first raw sample before the timestamp
    std::int64_t averaged_pretrigger = 0;  // of the first averaged sample before the timestamp

    std::uint32_t header_words() const;
    std::uint32_t words() const;         // of a whole event
    std::int64_t reach_before() const;   // how far before its timestamp an event begins …
    std::int64_t longest_ticks() const;  // … and how long behind it it is being recorded, at most
};

// Dividers of the on-board oscillator (Si570) for one sample rate.
struct OscillatorDividers {
    std::uint32_t hs = 0;
    std::uint32_t n1 = 0;
};

struct ModuleSettings {
    std::string who;  // "board 3 'csi' (SIS3316 at 10.0.0.3)"
    std::uint32_t bits = 14;
    double frequency_hz = 0;
    config::Sis3316 device;
    bool has_on_board_clock = true;
    OscillatorDividers dividers;
    std::uint32_t tap_delay = 0;          // of register 0x000, with the bits that select both chips
    std::uint32_t udp_configuration = 0;  // link register 0x08
    std::array<std::uint32_t, channels> offset_dac{};
    std::vector<RegisterSetting> registers;  // in the order in which they are written
    std::array<ChannelLayout, channels> layout{};

    std::uint32_t longest_event_words() const;
    // The same over all channels.
    std::int64_t reach_before() const;
    std::int64_t longest_ticks() const;
};

// "event configuration (0x2010, group 1)", for messages and tables.
std::string register_name(std::uint32_t address);
// Addresses of all registers that have a name.
std::vector<std::uint32_t> named_registers();

// What the board's clock domain counts: sample clocks, by configuration.
double frequency_hz_of(const config::Board& board);

// Errors: CONFIG, naming module, field, register and what is allowed.
proto::Result<ModuleSettings> settings_from(const config::Board& board);

}  // namespace spillgate::hw::sis3316

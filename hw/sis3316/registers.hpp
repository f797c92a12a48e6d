// The address map of the SIS3316, as far as we use it: link interface and VME FPGA, key addresses, and the
// registers of the four ADC FPGAs ("groups", four channels each). Source: Struck SIS3316 manual, address map;
// Ethernet UDP addendum, link interface registers. All registers have 32 bits.
#pragma once

#include <cstdint>

namespace spillgate::hw::sis3316 {

inline constexpr std::uint32_t groups = 4;
inline constexpr std::uint32_t channels_per_group = 4;
inline constexpr std::uint32_t channels = groups * channels_per_group;

inline constexpr std::uint32_t group_of(std::uint32_t channel) {
    return channel / channels_per_group;
}

// Registers have the manual's names, written as constants of the hardware are.
// NOLINTBEGIN(readability-identifier-naming)

// Read by command 0x10, written by 0x11; always accessible.
namespace link_register {
inline constexpr std::uint32_t CONTROL = 0x00;
inline constexpr std::uint32_t MODULE_ID = 0x04;
inline constexpr std::uint32_t UDP_CONFIGURATION = 0x08;  // 3:0 gap, 4 jumbo
inline constexpr std::uint32_t LAST_ACK_STATUS = 0x0C;
inline constexpr std::uint32_t ARBITRATION = 0x10;
inline constexpr std::uint32_t ERROR_COUNTERS = 0x14;
inline constexpr std::uint32_t SPEED_TEST = 0x18;
inline constexpr std::uint32_t HARDWARE_VERSION = 0x1C;
inline constexpr std::uint32_t END = 0x20;
}  // namespace link_register

namespace arbitration {
inline constexpr std::uint32_t REQUEST = 1u << 0;
inline constexpr std::uint32_t OWN_GRANT = 1u << 20;
inline constexpr std::uint32_t OTHER_GRANT = 1u << 21;
inline constexpr std::uint32_t KILL = 1u << 31;
}  // namespace arbitration

// Read and written by commands 0x20 and 0x21; writing needs the grant.
namespace vme_register {
inline constexpr std::uint32_t TEMPERATURE = 0x20;
inline constexpr std::uint32_t SERIAL = 0x28;
inline constexpr std::uint32_t OSCILLATOR_I2C = 0x40;
inline constexpr std::uint32_t CLOCK_SOURCE = 0x50;
inline constexpr std::uint32_t CLOCK_MULTIPLIER_SPI = 0x54;
inline constexpr std::uint32_t FRONT_PANEL_BUS = 0x58;
inline constexpr std::uint32_t NIM_INPUT = 0x5C;
inline constexpr std::uint32_t ACQUISITION = 0x60;
inline constexpr std::uint32_t NIM_OUTPUT_TO = 0x74;
inline constexpr std::uint32_t NIM_OUTPUT_UO = 0x78;
inline constexpr std::uint32_t TRANSFER = 0x80;         // + 4 per group
inline constexpr std::uint32_t TRANSFER_STATUS = 0x90;  // + 4 per group
inline constexpr std::uint32_t LINK_STATUS = 0xA0;
inline constexpr std::uint32_t ADC_BUSY = 0xA4;
}  // namespace vme_register

namespace nim_input {
inline constexpr std::uint32_t CLOCK_ENABLE = 1u << 0;
inline constexpr std::uint32_t TRIGGER = 1u << 4;
inline constexpr std::uint32_t PPS = 1u << 13;
inline constexpr std::uint32_t WRITABLE = 0x3FFF;
}  // namespace nim_input

namespace acquisition {
inline constexpr std::uint32_t FRONT_PANEL_TRIGGER = 1u << 4;
inline constexpr std::uint32_t FRONT_PANEL_CLEAR = 1u << 6;
inline constexpr std::uint32_t EXTERNAL_TRIGGER = 1u << 8;
inline constexpr std::uint32_t EXTERNAL_CLEAR = 1u << 10;
inline constexpr std::uint32_t WRITABLE = 0xFFFF;
inline constexpr std::uint32_t ARMED = 1u << 16;
inline constexpr std::uint32_t BANK_2 = 1u << 17;  // of the armed bank
inline constexpr std::uint32_t THRESHOLD = 1u << 19;
inline constexpr std::uint32_t PPS_LATCHED = 1u << 23;
}  // namespace acquisition

// Written by 0x21, whatever datum: an action.
namespace key {
inline constexpr std::uint32_t FIRST = 0x400;
inline constexpr std::uint32_t RESET = 0x400;
inline constexpr std::uint32_t DISARM = 0x414;
inline constexpr std::uint32_t TRIGGER = 0x418;
inline constexpr std::uint32_t TIMESTAMP_CLEAR = 0x41C;
inline constexpr std::uint32_t ARM_BANK_1 = 0x420;
inline constexpr std::uint32_t ARM_BANK_2 = 0x424;
inline constexpr std::uint32_t PPS_CLEAR = 0x430;
inline constexpr std::uint32_t CLOCK_RESET = 0x438;
inline constexpr std::uint32_t LAST = 0x43C;
}  // namespace key

// Of one ADC FPGA, relative to its base.
namespace group_register {
inline constexpr std::uint32_t TAP_DELAY = 0x000;
inline constexpr std::uint32_t GAIN_TERMINATION = 0x004;
inline constexpr std::uint32_t OFFSET_DAC = 0x008;
inline constexpr std::uint32_t ADC_SPI = 0x00C;
inline constexpr std::uint32_t EVENT_CONFIGURATION = 0x010;
inline constexpr std::uint32_t HEADER_ID = 0x014;
inline constexpr std::uint32_t ADDRESS_THRESHOLD = 0x018;
inline constexpr std::uint32_t GATE_WINDOW = 0x01C;
inline constexpr std::uint32_t RAW_DATA = 0x020;
inline constexpr std::uint32_t PILE_UP = 0x024;
inline constexpr std::uint32_t PRETRIGGER = 0x028;
inline constexpr std::uint32_t AVERAGING = 0x02C;
inline constexpr std::uint32_t DATA_FORMAT = 0x030;
inline constexpr std::uint32_t MAW_BUFFER = 0x034;
inline constexpr std::uint32_t TRIGGER_DELAY = 0x038;
inline constexpr std::uint32_t COINCIDENCE = 0x03C;
inline constexpr std::uint32_t FIR_SETUP = 0x040;       // + 0x10 per channel
inline constexpr std::uint32_t FIR_THRESHOLD = 0x044;   // + 0x10 per channel
inline constexpr std::uint32_t HIGH_THRESHOLD = 0x048;  // + 0x10 per channel
inline constexpr std::uint32_t SUM_THRESHOLD = 0x084;
inline constexpr std::uint32_t STATISTICS_MODE = 0x090;
inline constexpr std::uint32_t PEAK_CHARGE = 0x094;
inline constexpr std::uint32_t EXTENDED_RAW = 0x098;
inline constexpr std::uint32_t EXTENDED_EVENT = 0x09C;
inline constexpr std::uint32_t ACCUMULATOR = 0x0A0;  // + 4 per gate, eight gates
inline constexpr std::uint32_t HISTOGRAM = 0x0D0;    // + 4 per channel
inline constexpr std::uint32_t FIRMWARE = 0x100;
inline constexpr std::uint32_t STATUS = 0x104;
inline constexpr std::uint32_t SPI_READBACK = 0x10C;
inline constexpr std::uint32_t PREVIOUS_BANK = 0x120;  // + 4 per channel: 23:0 words, 24 bank
inline constexpr std::uint32_t PPS_HIGH = 0x130;
inline constexpr std::uint32_t PPS_LOW = 0x134;
}  // namespace group_register

inline constexpr std::uint32_t group_address(std::uint32_t group, std::uint32_t offset) {
    return 0x1000 * (group + 1) + offset;
}
// Of a register of which each channel has one.
inline constexpr std::uint32_t channel_address(std::uint32_t channel, std::uint32_t offset,
                                               std::uint32_t step) {
    return group_address(group_of(channel), offset + channel % channels_per_group * step);
}

// A group's memory, read through one address that does not count up.
inline constexpr std::uint32_t fifo_address(std::uint32_t group) {
    return 0x100000 * (group + 1);
}

// What the transfer control register of a group is told (manual, data transfer control).
namespace transfer {
inline constexpr std::uint32_t RESET = 0;
inline constexpr std::uint32_t READ_STATISTICS = 0xB0000000;
inline constexpr std::uint32_t statistics_words = 24;  // 6 per channel

// Reads a channel's bank (0 or 1) from word `offset` on.
inline constexpr std::uint32_t read_bank(std::uint32_t channel, std::uint32_t bank, std::uint32_t offset) {
    const std::uint32_t c = channel % channels_per_group;
    return 0x80000000u | (c >> 1) << 28 | (c & 1u) << 25 | bank << 24 | (offset & 0xFFFFFFu);
}
}  // namespace transfer

// NOLINTEND(readability-identifier-naming)

// Above, the standard firmware keeps its energy histogram.
inline constexpr std::uint32_t bank_words_for_events = 0xFF0000;

}  // namespace spillgate::hw::sis3316

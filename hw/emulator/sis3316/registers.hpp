// Addresses of a Struck SIS3316 as its Ethernet interface sees them (UDP addendum V106; register map of the
// standard firmware). The emulator's own list: it shares none with the driver that it tests.
#pragma once

#include <cstdint>

namespace spillgate::hw::emulator::sis3316 {

using Address = std::uint32_t;

inline constexpr unsigned channel_count = 16;
inline constexpr unsigned group_count = 4;
inline constexpr unsigned channels_per_group = 4;
inline constexpr unsigned bank_count = 2;

// Names as in the manual.
// NOLINTBEGIN(readability-identifier-naming)
namespace link {  // commands 0x10 and 0x11
inline constexpr Address CONTROL = 0x00;
inline constexpr Address MODULE_ID = 0x04;
inline constexpr Address PROTOCOL = 0x08;
inline constexpr Address LAST_ACK = 0x0C;
inline constexpr Address ARBITRATION = 0x10;
inline constexpr Address ERRORS = 0x14;
inline constexpr Address SPEED_TEST = 0x18;
inline constexpr Address HARDWARE = 0x1C;
inline constexpr Address END = 0x20;
}  // namespace link

namespace vme {  // VME-FPGA
inline constexpr Address TEMPERATURE = 0x20;
inline constexpr Address EEPROM = 0x24;
inline constexpr Address SERIAL = 0x28;
inline constexpr Address OSCILLATOR_BEGIN = 0x40;  // sample clock, then three others
inline constexpr Address OSCILLATOR_END = 0x50;
inline constexpr Address CLOCK_SOURCE = 0x50;
inline constexpr Address CLOCK_MULTIPLIER = 0x54;
inline constexpr Address NIM_INPUT = 0x5C;
inline constexpr Address ACQUISITION = 0x60;
inline constexpr Address LOOKUP_CONTROL = 0x64;
inline constexpr Address FEEDBACK = 0x7C;
inline constexpr Address TRANSFER = 0x80;         // + 4 · group
inline constexpr Address TRANSFER_STATUS = 0x90;  // + 4 · group
inline constexpr Address LINK_STATUS = 0xA0;
inline constexpr Address ADC_BUSY = 0xA4;
inline constexpr Address TRIGGER_COUNTER = 0xC0;  // + 4 · channel
inline constexpr Address END = 0x100;
}  // namespace vme

namespace key {
inline constexpr Address RESET = 0x400;
inline constexpr Address DISARM = 0x414;
inline constexpr Address TRIGGER = 0x418;
inline constexpr Address CLEAR_TIMESTAMP = 0x41C;
inline constexpr Address ARM_BANK_1 = 0x420;
inline constexpr Address ARM_BANK_2 = 0x424;
inline constexpr Address ENABLE_NIM_SWAP = 0x428;
inline constexpr Address CLEAR_PPS_LATCH = 0x430;
inline constexpr Address BEGIN = 0x400;
inline constexpr Address END = 0x440;
}  // namespace key

namespace adc {  // offsets within a group
inline constexpr Address GROUP_BEGIN = 0x1000;
inline constexpr Address GROUP_END = 0x5000;
inline constexpr Address TAP_DELAY = 0x000;
inline constexpr Address OFFSET_DAC = 0x008;
inline constexpr Address SPI = 0x00C;
inline constexpr Address EVENT_CONFIG = 0x010;
inline constexpr Address HEADER_ID = 0x014;
inline constexpr Address END_THRESHOLD = 0x018;
inline constexpr Address GATE_WINDOW = 0x01C;
inline constexpr Address RAW_BUFFER = 0x020;
inline constexpr Address PILE_UP = 0x024;
inline constexpr Address PRETRIGGER = 0x028;
inline constexpr Address AVERAGING = 0x02C;
inline constexpr Address DATA_FORMAT = 0x030;
inline constexpr Address MAW_BUFFER = 0x034;
inline constexpr Address TRIGGER_DELAY = 0x038;
inline constexpr Address FIR_SETUP = 0x040;  // + 0x10 · channel; the sum trigger follows
inline constexpr Address THRESHOLD = 0x044;
inline constexpr Address HIGH_ENERGY = 0x048;
inline constexpr Address SUM_SETUP = 0x080;
inline constexpr Address SUM_THRESHOLD = 0x084;
inline constexpr Address STATISTIC_MODE = 0x090;
inline constexpr Address EXTENDED_LENGTH = 0x098;
inline constexpr Address ACCUMULATOR = 0x0A0;  // + 4 · gate, 8 of them
inline constexpr Address FIR_ENERGY = 0x0C0;   // + 4 · channel
inline constexpr Address FIRMWARE = 0x100;
inline constexpr Address STATUS = 0x104;
inline constexpr Address DAC_READBACK = 0x108;
inline constexpr Address SPI_READBACK = 0x10C;
inline constexpr Address ACTUAL_ADDRESS = 0x110;    // + 4 · channel
inline constexpr Address PREVIOUS_ADDRESS = 0x120;  // + 4 · channel
inline constexpr Address LATCH_HIGH = 0x130;
inline constexpr Address LATCH_LOW = 0x134;
}  // namespace adc
// NOLINTEND(readability-identifier-naming)

inline constexpr Address fifo_begin = 0x100000;  // + 0x100000 · group
inline constexpr Address fifo_end = 0x500000;

// Acquisition control, 0x60.
inline constexpr std::uint32_t external_trigger_enable = 1u << 8;
inline constexpr std::uint32_t external_clear_enable = 1u << 10;
inline constexpr std::uint32_t feedback_enable = 1u << 14;
inline constexpr std::uint32_t acquisition_writable = 0xFFFF;
// NIM inputs, 0x5C.
inline constexpr std::uint32_t ti_triggers = 1u << 4;
inline constexpr std::uint32_t ui_clears = 1u << 8;
inline constexpr std::uint32_t ui_latches = 1u << 13;
inline constexpr std::uint32_t nim_writable = 0x000F3FFF;

// Every trapezoid value that the module stores or compares carries this offset.
inline constexpr std::uint32_t maw_offset = 0x08000000;

}  // namespace spillgate::hw::emulator::sis3316

#include "hw/emulator/sis3316/clock_chip.hpp"

namespace spillgate::hw::emulator::sis3316 {

namespace {

constexpr std::uint8_t address = 0x55;
constexpr std::uint8_t divider_register = 13;  // Si570 with 7 ppm stability: 13 to 18; others 7 to 12
constexpr std::uint8_t other_divider_register = 7;
constexpr std::uint8_t freeze_register = 137;
constexpr std::uint8_t freeze_bit = 0x10;
constexpr double dco_mhz = 5000;  // of the module's presets: 250 MHz = 5 GHz / (5 · 4)

}  // namespace

ClockChip::ClockChip() {
    // 125 MHz, as after power-up.
    const std::array<std::uint8_t, 6> preset{0x21, 0xC2, 0xBC, 0x33, 0xE4, 0xF2};
    for (std::size_t i = 0; i < preset.size(); ++i) {
        registers_[divider_register + i] = preset[i];
        registers_[other_divider_register + i] = preset[i];
    }
}

void ClockChip::write(std::uint32_t command) {
    result_ = 0;
    if (command & 0x600) state_ = State::ADDRESS;
    if (command & 0x1000) take_byte(static_cast<std::uint8_t>(command));
    if (command & 0x2000) result_ = state_ == State::READING ? registers_[pointer_++] : 0xFF;
    if (command & 0x800) state_ = State::IDLE;
}

void ClockChip::take_byte(std::uint8_t byte) {
    constexpr std::uint32_t acknowledged = 0x100;
    switch (state_) {
        case State::ADDRESS:
            if (byte >> 1 != address) {
                state_ = State::IGNORED;
                return;
            }
            state_ = byte & 1 ? State::READING : State::POINTER;
            break;
        case State::POINTER:
            pointer_ = byte;
            state_ = State::WRITING;
            break;
        case State::WRITING:
            registers_[pointer_++] = byte;
            break;
        case State::IDLE:
        case State::READING:
        case State::IGNORED:
            return;
    }
    result_ = acknowledged;
}

double ClockChip::frequency_mhz() const {
    if (registers_[freeze_register] & freeze_bit) return 0;
    const std::uint8_t high = registers_[divider_register];
    const unsigned hs_divider = (high >> 5) + 4u;
    const unsigned n1_divider = ((high & 0x1Fu) << 2 | registers_[divider_register + 1] >> 6) + 1u;
    return dco_mhz / (hs_divider * n1_divider);
}

}  // namespace spillgate::hw::emulator::sis3316

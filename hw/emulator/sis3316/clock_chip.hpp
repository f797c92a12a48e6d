// The sample-clock oscillator behind its I²C engine (register 0x40): a Silicon Labs Si570 at 7-bit address
// 0x55.
#pragma once

#include <array>
#include <cstdint>

namespace spillgate::hw::emulator::sis3316 {

// Every operation ends at once: the engine is never seen busy.
class ClockChip {
  public:
    ClockChip();
    // START 0x200, repeated START 0x400, STOP 0x800, WRITE 0x1000 | byte, READ 0x2000 (| 0x100 to
    // acknowledge).
    void write(std::uint32_t command);
    // After WRITE bit 8: acknowledged; after READ 7:0: the byte. Bit 31, busy, is 0.
    std::uint32_t read() const { return result_; }
    // As its dividers say; 0 while the oscillator is frozen.
    double frequency_mhz() const;
    std::uint8_t chip_register(std::uint8_t index) const { return registers_[index]; }

  private:
    enum class State : std::uint8_t { IDLE, ADDRESS, POINTER, WRITING, READING, IGNORED };
    State state_ = State::IDLE;
    std::uint8_t pointer_ = 0;
    std::uint32_t result_ = 0;
    std::array<std::uint8_t, 256> registers_{};

    void take_byte(std::uint8_t byte);
};

}  // namespace spillgate::hw::emulator::sis3316

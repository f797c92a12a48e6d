// The two ADC chips of a group behind its SPI register (0x00C) and its offset DAC (0x008).
#pragma once

#include <array>
#include <cstdint>

namespace spillgate::hw::emulator::sis3316 {

class AdcChips {
  public:
    // AD9643 of 14-bit modules, or AD9268 of those with 16 bits.
    explicit AdcChips(unsigned bits);

    void write_spi(std::uint32_t word);  // 31:30 10 write, 11 read; 22 chip; 20:8 register; 7:0 data
    std::uint32_t spi_readback() const { return readback_; }
    void write_dac(std::uint32_t word);  // 31:29 100 shift out; 27:24 command; 23:20 channel; 19:4 value
    std::uint32_t dac_readback() const { return last_dac_; }
    std::uint16_t offset(unsigned channel) const { return offsets_[channel]; }

  private:
    std::array<std::array<std::uint8_t, 256>, 2> registers_{};
    std::array<std::uint16_t, 4> offsets_{0x8000, 0x8000, 0x8000, 0x8000};
    std::uint32_t readback_ = 0;
    std::uint32_t last_dac_ = 0;
};

}  // namespace spillgate::hw::emulator::sis3316

// The registers that keep what was written to them: of the VME-FPGA and of the four ADC-FPGA groups. What a
// register does is not here.
#pragma once

#include <array>
#include <cstdint>

#include "hw/emulator/sis3316/registers.hpp"

namespace spillgate::hw::emulator::sis3316 {

class RegisterFile {
  public:
    RegisterFile(std::uint32_t adc_firmware, std::uint32_t serial);

    // Is there a register at this address (commands 0x20 and 0x21)?
    static bool exists(Address address);
    static bool is_vme(Address address) { return address >= link::END && address < vme::END; }
    static bool is_adc(Address address) { return address >= adc::GROUP_BEGIN && address < adc::GROUP_END; }
    static unsigned group_of(Address address) { return (address >> 12) - 1; }
    static Address offset_of(Address address) { return address & 0xFFC; }

    std::uint32_t read(Address address) const;
    // Everything reads back as written, but for what is read-only: registers, and bits of 0x5C and 0x60.
    void write(Address address, std::uint32_t value);
    // Key 0x400.
    void reset();

    std::uint32_t vme(Address address) const { return vme_[address / 4]; }
    std::uint32_t adc(unsigned group, Address offset) const { return adc_[group][offset / 4]; }
    unsigned adc_bits() const { return adc_[0][adc::FIRMWARE / 4] >> 16 == 0x0125 ? 16 : 14; }

  private:
    std::array<std::uint32_t, vme::END / 4> vme_{};
    std::array<std::array<std::uint32_t, 0x400>, group_count> adc_{};
};

}  // namespace spillgate::hw::emulator::sis3316

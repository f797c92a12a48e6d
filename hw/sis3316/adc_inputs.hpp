// The analogue side of one ADC FPGA: ADC chips over SPI, offset DAC. Source: Struck SIS3316 manual, ADC SPI
// and offset DAC registers; AD9643, AD9268 and AD5664 data sheets.
#pragma once

#include <cstdint>

#include "hw/sis3316/module.hpp"
#include "hw/sis3316/settings.hpp"
#include "proto/result.hpp"

namespace spillgate::hw::sis3316 {

// Output mode, span, normal operation; the data outputs stay enabled. Error also: CONFIG (a chip of another
// resolution than `bits`).
proto::Status set_up_adc_chips(Module& module, std::uint32_t group, std::uint32_t bits);
proto::Status set_offsets(Module& module, std::uint32_t group, const ModuleSettings& settings);

}  // namespace spillgate::hw::sis3316

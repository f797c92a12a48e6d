// The sample clock's chips behind their serial buses: oscillator Si570 (I²C) and multiplier Si5325 (SPI).
// Source: Struck SIS3316 manual, "ADC clock I²C register"; Si570 and Si5325 data sheets.
#pragma once

#include "hw/sis3316/module.hpp"
#include "proto/result.hpp"

namespace spillgate::hw::sis3316 {

// Sets the dividers and reads them back. Error also: CONFIG (they differ, or the chip does not acknowledge).
proto::Status set_oscillator(Module& module, const OscillatorDividers& dividers);
// An external clock goes through the multiplier as it is.
proto::Status pass_external_clock(Module& module);

}  // namespace spillgate::hw::sis3316

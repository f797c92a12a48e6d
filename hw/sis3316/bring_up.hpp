// From a module in any state to one that is configured and proven to be: reset, clock, ADC chips, offset
// DACs, registers, read-back. Source: Struck SIS3316 manual; Si570, AD9643/AD9268 and AD5664 data sheets.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hw/sis3316/module.hpp"
#include "hw/sis3316/settings.hpp"
#include "proto/result.hpp"

namespace spillgate::hw::sis3316 {

// A register that does not read back as written.
struct Difference {
    std::uint32_t address = 0;
    std::uint32_t written = 0;
    std::uint32_t read = 0;
    std::uint32_t mask = 0;
    std::string field;  // of the configuration
};
std::string words_of(const Difference& difference);

// Keys, sample clock and input taps; about 50 ms.
proto::Status reset_and_clock(Module& module, const ModuleSettings& settings);
// ADC chips and offset DACs.
proto::Status set_up_inputs(Module& module, const ModuleSettings& settings);
// Writes every register of the settings, then reads all of them.
proto::Result<std::vector<Difference>> apply(Module& module, const ModuleSettings& settings);

// All of it in the manual's order, packets included. Errors also: CONFIG (a wrong module or firmware; a
// setting that does not read back, named with its register).
proto::Result<Identity> bring_up(Module& module, const ModuleSettings& settings);

}  // namespace spillgate::hw::sis3316

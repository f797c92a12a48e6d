// Struck SIS3316 digitizers over their own UDP protocol (SIS3316 manual, Ethernet UDP addendum). In the order
// of reading:
//
//   registers.hpp       the address map
//   protocol.hpp        requests and answers, byte for byte
//   link.hpp            one request at a time over UDP, and what is done when the answer does not come
//   settings.hpp        a board's configuration → registers
//   module.hpp          grant, identity, registers of one module
//   bring_up.hpp        reset, clock, ADC chips, DACs, registers, read-back
//   bank_reader.hpp     the double bank
//   event_decoder.hpp   memory → traces
//   device_clock.hpp, session.hpp   one stretch of read-out, its times and watermarks
//   survey.hpp          all registers, and the noise, for a person who asks
#pragma once

#include <memory>

#include "hw/source.hpp"
#include "proto/result.hpp"
#include "proto/schema/config.pb.h"

namespace spillgate::hw::sis3316 {

// Opens no socket yet; a configuration that the module cannot hold is refused here. Errors: CONFIG, naming
// the module, the field and its register.
proto::Result<std::unique_ptr<Source>> make_sis3316(const config::Board& board);

// What answers there is no module: the address is loopback, or the configuration says so.
bool is_simulated(const config::Sis3316& device);

}  // namespace spillgate::hw::sis3316

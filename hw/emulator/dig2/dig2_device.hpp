// An emulated CAEN VX27xx at the level of its protocol: docs/dig2.md. SIMULATED.
#pragma once

#include <memory>

#include "hw/emulator/emulated_device.hpp"

namespace spillgate::hw::emulator::dig2 {

// What faults mean here, where bytes come in order or not at all: drop_fraction, an answer that is not sent
// and the connection cut instead; request_drop_fraction, a request that is ignored; delay_fraction, an answer
// or a piece of data that comes late and holds up those behind; corrupt_identifier_fraction, an answer to
// another command; corrupt_data_fraction, one bit of an event's header; access_timeout_fraction, a request
// refused; silent, nothing is sent; lost_grant, another client has the module. duplicate_fraction and
// reorder_fraction do not happen on TCP.
//
// Errors: CONFIG, and those of DetectorFeed::create and of the ledger's file.
proto::Result<std::unique_ptr<EmulatedDevice>> make_dig2_device(const config::EmulatedModule& module);

}  // namespace spillgate::hw::emulator::dig2

// A SIMULATED Struck SIS3316 on the wire, from its configuration. docs/emulators.md says what of the module
// is emulated. In the order of reading:
//
//   registers.hpp, register_file.hpp   addresses, and what they keep
//   datagram.hpp       requests and heads of answers
//   udp_server.hpp, packet_sender.hpp   the wire and its faults
//   module.hpp         what each address does
//     clock_chip.hpp, adc_chips.hpp    chips behind serial buses
//     transfer.hpp     the FIFO of event memory
//   acquisition.hpp    triggers, gates, banks
//     trigger_finder.hpp, trapezoid.hpp, channel_setup.hpp
//     event_writer.hpp    one event's words
//     bank_book.hpp, bank_memory.hpp
#pragma once

#include <memory>

#include "hw/emulator/emulated_device.hpp"
#include "hw/emulator/event_ledger.hpp"
#include "proto/result.hpp"
#include "proto/schema/emulator.pb.h"

namespace spillgate::hw::emulator::sis3316 {

// Has two threads, a socket and the bank memory.
class EmulatedSis3316 : public EmulatedDevice {
  public:
    // The ledger's entries, kept if it was made to; the device must have been stopped.
    virtual const std::vector<LedgerEntry>& ledger() const = 0;
    // ADC codes of the banks are `bits` of the firmware type: of the board, too. Errors: CONFIG; IO (the
    // ledger file).
    static proto::Result<std::unique_ptr<EmulatedSis3316>> create(const config::EmulatedModule& module,
                                                                  bool keeps_ledger = false);
};

}  // namespace spillgate::hw::emulator::sis3316

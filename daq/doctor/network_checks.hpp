// Whether modules can be read over the network without loss.
#pragma once

#include <vector>

#include "daq/doctor/doctor.hpp"

namespace spillgate::daq::doctor {

// Per board that is read over the network: the kernel's bound on receive buffers, the MTU of the interface
// that leads to it, and a permanent ARP entry where a module needs one. Sources: SIS3316 Ethernet UDP
// Addendum (static ARP entry, jumbo frames); socket(7), SO_RCVBUF.
std::vector<Finding> check_network(const Host& host, const Patient& patient);

}  // namespace spillgate::daq::doctor

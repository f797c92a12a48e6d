// Whether the machine is up to the work: processors, memory, limits of a process.
#pragma once

#include <vector>

#include "daq/doctor/doctor.hpp"

namespace spillgate::daq::doctor {

// Cores against the daemon's threads, the CPU governor, available memory against the configured buffers,
// limits of open files and locked memory. The limits are those of this process, and so of a daemon started
// from this shell.
std::vector<Finding> check_machine(const Host& host, const Patient& patient);

}  // namespace spillgate::daq::doctor

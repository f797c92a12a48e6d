// Whether wall times of runs can be trusted.
#pragma once

#include <vector>

#include "daq/doctor/finding.hpp"
#include "daq/doctor/host.hpp"

namespace spillgate::daq::doctor {

// The kernel's clock source, and whether its clock is synchronised (adjtimex(2)).
std::vector<Finding> check_clock(const Host& host);

}  // namespace spillgate::daq::doctor

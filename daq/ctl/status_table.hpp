// A daemon's status as a shift worker reads it.
#pragma once

#include <string>

#include "proto/schema/control.pb.h"

namespace spillgate::daq {

std::string status_table(const wire::DaemonStatus& status);
// The same as one JSON object: field names as in control.proto; numbers are numbers, also those of 64 bits.
std::string status_json(const wire::DaemonStatus& status);

}  // namespace spillgate::daq

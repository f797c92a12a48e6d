// Names of sockets. Data and control are ipc sockets in a directory of mode 0750 (Network.runtime_dir).
#pragma once

#include <string>
#include <string_view>

#include "proto/result.hpp"

namespace spillgate::proto {

std::string data_endpoint(std::string_view runtime_dir,
                          std::string_view daemon);  // PUB: spill, verdict, run, status
std::string control_endpoint(std::string_view runtime_dir,
                             std::string_view daemon);  // ROUTER: Request → Reply

// Makes the directory with mode 0750 if it is missing. Errors: IO; REFUSED if it exists with wider
// permissions or is someone else's, or if a socket path in it would be longer than the system allows (107
// bytes).
Status prepare_runtime_dir(const std::string& runtime_dir);
// The same for the directory in which an ipc endpoint's socket lies, if that is missing; nothing for other
// endpoints.
Status prepare_dir_of(std::string_view endpoint);

}  // namespace spillgate::proto

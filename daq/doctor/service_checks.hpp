// Whether a daemon can run, or runs already.
#pragma once

#include <optional>
#include <string>

#include "daq/doctor/finding.hpp"
#include "proto/schema/control.pb.h"

namespace spillgate::daq::doctor {

// Owner and mode of the directory of sockets: 0750 or narrower, as proto::prepare_runtime_dir demands.
Finding check_runtime_dir(const std::string& runtime_dir);

// What the daemon of this name says of itself; empty if none runs here, or it does not answer within 2 s.
std::optional<wire::DaemonStatus> ask_daemon(const std::string& runtime_dir, const std::string& daemon);

// Whether one runs: by its lock, so that nobody is waited for.
Finding check_daemon(const std::string& runtime_dir, const std::string& daemon,
                     const std::optional<wire::DaemonStatus>& status);

}  // namespace spillgate::daq::doctor

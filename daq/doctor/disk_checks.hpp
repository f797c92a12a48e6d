// Whether the disk takes the data, and for how long.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daq/doctor/expected_rate.hpp"
#include "daq/doctor/finding.hpp"
#include "proto/schema/config.pb.h"

namespace spillgate::daq::doctor {

// Free space against storage.stop_below_bytes and warn_below_bytes, and the hours that it lasts at
// `present_bytes_per_s` (of a run in progress) or else the expected rate.
Finding check_free_space(const std::string& runs_dir, const config::Storage& storage,
                         const ExpectedRate& expected, std::optional<double> present_bytes_per_s);

// Writes and syncs at most 128 MiB, for about 2 s, in a file that is deleted before its first byte is
// written. Below the expected rate is bad, below twice of it a warning.
Finding check_disk_speed(const std::string& runs_dir, const config::Storage& storage,
                         const ExpectedRate& expected);

}  // namespace spillgate::daq::doctor

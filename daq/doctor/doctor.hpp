// spillgate-ctl doctor: looks at the host on which a configuration is to run, and says what to change.
// Changes nothing itself; the one thing it writes is a temporary file in runs_dir, to see how fast the disk
// is. First file to read of its folder:
//
//   finding.hpp          what a check says
//   host.hpp             the host as checks see it: /proc and /sys below a root, the kernel's clock
//   expected_rate.hpp    how much data the configuration will bring
//   network_checks.hpp, clock_checks.hpp, disk_checks.hpp, machine_checks.hpp, service_checks.hpp
//   report.hpp           findings as a table and as JSON
#pragma once

#include <string>
#include <vector>

#include "daq/doctor/finding.hpp"
#include "daq/doctor/host.hpp"
#include "proto/schema/config.pb.h"

namespace spillgate::daq::doctor {

struct Patient {
    const config::Config& config;
    std::string daemon;  // of the configuration; its boards are looked at
    std::vector<std::uint32_t> boards;
    std::string runtime_dir;
    std::string runs_dir;
};

// Every check, in the order of the list above. Takes up to about 5 s: the disk is written to, a daemon is
// asked.
std::vector<Finding> examine(const Host& host, const Patient& patient);

}  // namespace spillgate::daq::doctor

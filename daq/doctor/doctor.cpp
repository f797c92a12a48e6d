#include "daq/doctor/doctor.hpp"

#include <utility>

#include "daq/doctor/clock_checks.hpp"
#include "daq/doctor/disk_checks.hpp"
#include "daq/doctor/expected_rate.hpp"
#include "daq/doctor/machine_checks.hpp"
#include "daq/doctor/network_checks.hpp"
#include "daq/doctor/service_checks.hpp"

namespace spillgate::daq::doctor {

std::vector<Finding> examine(const Host& host, const Patient& patient) {
    std::vector<Finding> findings = check_network(host, patient);
    const auto add = [&](std::vector<Finding> more) {
        for (auto& finding : more)
            findings.push_back(std::move(finding));
    };
    add(check_clock(host));
    const auto status = ask_daemon(patient.runtime_dir, patient.daemon);
    const bool records = status && status->run().number() != 0 && status->run().stop_utc_ns() == 0;
    std::optional<double> present;
    if (records && status->data_rate_bytes_per_s() > 0) present = status->data_rate_bytes_per_s();
    const auto expected = expected_rate(patient.config, patient.boards);
    const auto& storage = patient.config.storage();
    findings.push_back(check_free_space(patient.runs_dir, storage, expected, present));
    findings.push_back(records ? unknown("disk speed", "not tried while a run is being recorded")
                               : check_disk_speed(patient.runs_dir, storage, expected));
    add(check_machine(host, patient));
    findings.push_back(check_runtime_dir(patient.runtime_dir));
    findings.push_back(check_daemon(patient.runtime_dir, patient.daemon, status));
    return findings;
}

}  // namespace spillgate::daq::doctor

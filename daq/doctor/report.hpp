// The doctor's findings, for people and for scripts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daq/doctor/finding.hpp"

namespace spillgate::daq::doctor {

std::string_view name_of(Verdict verdict);  // "ok", "unknown", "warn", "bad"

// One line each, with advice and command below where there are any.
std::string findings_table(const std::vector<Finding>& findings);
// {"findings": [{"check", "verdict", "found", "advice", "command"} …], "verdict"}: the worst of all.
std::string findings_json(const std::vector<Finding>& findings);

bool is_any_bad(const std::vector<Finding>& findings);

}  // namespace spillgate::daq::doctor

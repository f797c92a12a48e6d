// Names of run types, as people write them: physics, beam-off, threshold-scan …
#pragma once

#include <optional>
#include <string>

#include "proto/schema/run.pb.h"

namespace spillgate::daq {

std::string name_of(wire::RunType type);  // "unspecified" for RUN_TYPE_UNSPECIFIED
std::optional<wire::RunType> run_type_from_name(const std::string& name);
std::string run_type_names();  // all of them, with commas

}  // namespace spillgate::daq

// Snapshot → JSON, as docs/online.md describes it. What is not known is null, never zero.
#pragma once

#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "online/snapshot.hpp"
#include "proto/schema/config.pb.h"

namespace spillgate::online {

boost::json::value status_json(const Snapshot& snapshot, const config::Config& config,
                               std::string_view config_sha256);
boost::json::value trend_json(const Snapshot& snapshot, double after_utc_s);

// Names and axes of all spectra.
boost::json::value spectra_json(const Snapshot& snapshot);
// One spectrum with its counts, exposure, α and residual; under- and overflow apart.
boost::json::value spectrum_json(const Snapshot& snapshot, std::size_t index);

double protons_of(std::int64_t charge_pc);

std::string_view name_of(wire::RunType type);  // "physics", "beam-off" …
// RUN_TYPE_UNSPECIFIED if there is none of this name.
wire::RunType run_type_from_name(std::string_view name);
std::string_view name_of(wire::State state);  // "running", "paused" …

}  // namespace spillgate::online

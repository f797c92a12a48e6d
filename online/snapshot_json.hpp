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

}  // namespace spillgate::online

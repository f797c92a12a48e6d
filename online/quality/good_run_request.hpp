// What a person asks to be flagged, checked against the runs that there are.
#pragma once

#include <string>

#include "offline/exposure/good_run_log.hpp"
#include "online/http/exchange.hpp"

namespace spillgate::online {

// From {"replaces", "note", "flags": [{"good", "first_run", "last_run", "first_slot", "last_slot",
// "reason"}]}, signed by whoever asks. Errors: CONFIG.
proto::Result<offline::GoodRunSigning> signing_of(const Request& request);

// Whether all that is flagged has been taken. `going_on`: the run that has not ended; 0: none. Errors: CONFIG
// (no such run or slots); REFUSED (good before it is over); those of the catalogue.
proto::Status check_runs(const offline::GoodRunSigning& signing, const std::string& runs_dir,
                         std::uint32_t going_on);

}  // namespace spillgate::online

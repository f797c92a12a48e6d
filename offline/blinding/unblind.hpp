// An act of unblinding: checked against the runs that there are, and written into their log.
#pragma once

#include <cstdint>
#include <string>

#include "proto/result.hpp"
#include "proto/unblinding_log.hpp"

namespace spillgate::offline {

struct UnblindRequest {
    std::string runs_dir;
    std::uint32_t first_run = 0, last_run = 0;  // both ends inside
    std::string signed_by, reason;
    std::string confirm;  // typed by the person: confirmation_of()
};

// "UNBLIND 800-820": what must be typed.
std::string confirmation_of(std::uint32_t first_run, std::uint32_t last_run);

// Writes the act, with the boxes of the configs of these runs. It cannot be taken back. Errors: CONFIG (no
// signature, no reason, no such range, another confirmation; the message gives the right one); NOT_FOUND (no
// blinded run in the range, or it goes beyond the last run on disk: what is not taken yet stays blinded);
// those of UnblindingLog.
proto::Result<proto::LoggedUnblinding> unblind(const UnblindRequest& request);

}  // namespace spillgate::offline

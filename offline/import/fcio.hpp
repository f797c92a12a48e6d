// FCIO recordings (FlashCam, .fcio): config, ordinary events with all traces, sparse events with those that
// triggered. Source: FlashCam I/O library, fcio.c. Little-endian.
#pragma once

#include "offline/import/fcio_record.hpp"
#include "offline/import/import.hpp"
#include "offline/import/recording.hpp"

namespace spillgate::offline {

// Appends one file's events and its description. Errors: TRUNCATED, CORRUPT — the file has no whole event;
// CONFIG (options beyond their bounds, or that do not fit the file's clock of 4 ns).
proto::Status read_fcio(InputBytes file, const FcioOptions& options, Recording& recording);

}  // namespace spillgate::offline

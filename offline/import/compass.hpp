// CAEN CoMPASS recordings (.BIN): events with energies and, as set, waveforms. Source: CAEN UM5960 (CoMPASS),
// file formats. Little-endian.
#pragma once

#include "offline/import/compass_layout.hpp"
#include "offline/import/import.hpp"
#include "offline/import/recording.hpp"

namespace spillgate::offline {

// Whether a file without header has at least two events that fit together in one arrangement of fields only.
bool looks_like_compass(const InputBytes& file);

// Appends one file's events and its description. Errors: TRUNCATED, CORRUPT — the file has no whole event;
// UNSUPPORTED (no header, and the arrangement of fields stays open); CONFIG (options beyond their bounds).
proto::Status read_compass(InputBytes file, const CompassOptions& options, Recording& recording);

}  // namespace spillgate::offline

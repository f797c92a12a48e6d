// CAEN WaveDump recordings (wave%d.dat), one file per channel: events with or without a header of 6 words
// {bytes with header, board id, pattern, channel, event counter, trigger time tag}. Little-endian. Sources:
// CAEN UM2091 (WaveDump).
#pragma once

#include "offline/import/import.hpp"
#include "offline/import/recording.hpp"

namespace spillgate::offline {

// Whether a file's first two events have headers that fit together, or it is one whole event.
bool looks_like_wavedump(const InputBytes& file);
// Whether a file could be one event that is cut short, or a whole one and the begin of the next.
bool could_be_wavedump(const InputBytes& file);

// Appends one file's events. Errors: TRUNCATED, CORRUPT (no whole event), UNSUPPORTED (floating-point samples
// of x742/x743), CONFIG (options that contradict each other or the file).
proto::Status read_wavedump(InputBytes file, const WaveDumpOptions& options, Recording& recording);

}  // namespace spillgate::offline

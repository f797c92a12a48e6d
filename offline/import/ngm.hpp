// SIS3316 recordings of COHERENT's NGM (SIS3316Raw_*.bin): a file header of 100 words; for each readout of
// the memory banks 10 words of 0xABBAABBA and for each module 2 words, then for each of its 16 channels 8
// words, the last of which counts the words of the events that follow; at the end 10 words of 0x0E0F0E0F.
// Events as in sis3316_event.hpp. Source: NGM, NGMSIS3316RawReader and sis3316card. Little-endian.
#pragma once

#include "offline/import/import.hpp"
#include "offline/import/recording.hpp"

namespace spillgate::offline {

inline constexpr std::uint32_t ngm_magic = 0x33160000;  // in the upper 16 bits; a version in the lower

// Appends one file's events and its description. Errors: TRUNCATED, CORRUPT — the file has no whole event;
// UNSUPPORTED (MAW words, and options do not say how many); CONFIG (options beyond their bounds).
proto::Status read_ngm(InputBytes file, const NgmOptions& options, Recording& recording);

}  // namespace spillgate::offline

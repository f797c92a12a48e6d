// SIS3316 recordings of LLaMA-DAQ (.bin): a file header, one config of 88 bytes per open channel, then event
// records of fixed length per channel (Struck SIS3316 event format, standard firmware). Little-endian.
#pragma once

#include "offline/import/recording.hpp"

namespace spillgate::offline {

inline constexpr std::uint32_t llama_magic = 0x4972414C;

// Appends one file's events and its description to the recording. Errors: TRUNCATED, CORRUPT, UNSUPPORTED —
// the file has no whole event. Damage after whole events is said in the description.
proto::Status read_llama(InputBytes file, Recording& recording);

}  // namespace spillgate::offline

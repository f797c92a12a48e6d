// The records of an FCIO file (FlashCam): a tag, a negative number of 32 bits, then fields, each its length
// and its bytes, up to the next tag. Source: FlashCam I/O library, fcio.c and tmio. Little-endian.
#pragma once

#include <cstdint>
#include <vector>

#include "offline/import/recording.hpp"

namespace spillgate::offline {

// The first tag of a file, before 64 bytes with the protocol's name.
inline constexpr std::uint32_t fcio_magic = 0xC46535FF;
inline constexpr std::uint32_t fcio_file_header_bytes = 4 + 64;

enum FcioTag : std::int32_t {
    FCIO_CONFIG = -1,
    FCIO_EVENT = -3,
    FCIO_STATUS = -4,
    FCIO_SPARSE_EVENT = -6,
};

// Where a record and its fields lie in the file.
struct FcioRecord {
    std::int32_t tag = 0;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    std::vector<ByteRange> fields;  // without their lengths

    // Everything from the end of field a−1 to the end of field b−1: fields [a, b) with their lengths.
    ByteRange with_lengths(std::size_t a, std::size_t b) const;
};

// Reads the record that begins at `offset`; the memory of `record` is reused. Errors: TRUNCATED (the file
// ends inside it), CORRUPT (no tag there, more fields than any record has); `record` then ends with its last
// whole field.
proto::Status read_fcio_record(const InputBytes& file, std::uint64_t offset, FcioRecord& record);

// What the events of a file have in common.
struct FcioConfig {
    std::uint32_t channels = 0;  // of FADCs
    std::uint32_t triggers = 0;  // traces of trigger cards, after those of the channels
    std::uint32_t samples = 0;   // of a trace
    std::uint32_t bits = 0;      // of a sample
    bool gps = false;            // whether an external clock drives PPS and ticks
    // Of each trace: card << 16 | input; empty if the file has none.
    std::vector<std::uint32_t> trace_map;

    std::uint32_t traces() const { return channels + triggers; }
};

// Errors: CORRUPT (fields missing or beyond their bounds).
proto::Result<FcioConfig> read_fcio_config(const InputBytes& file, const FcioRecord& record);

}  // namespace spillgate::offline

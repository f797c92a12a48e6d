// The fixed header of a block in a run file. Layout and meaning: docs/run-files.md; a change to it is a
// change of the format, so size and offsets are checked here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "proto/result.hpp"
#include "proto/wire.hpp"

namespace spillgate::proto {

inline constexpr std::uint16_t run_format_major = 1;
inline constexpr std::uint16_t run_format_minor = 2;

enum class BlockType : std::uint8_t {
    INVALID = 0,
    SPILL = 1,    // as Topic
    VERDICT = 2,  // as Topic
    SEGMENT = 16,
    TRAILER = 17,
};

enum class BodyEncoding : std::uint8_t {
    PLAIN = 0,
    DELTA_ZSTD = 1,  // 16-bit words: delta, zigzag, byte shuffle, zstd
    INVALID = 255,
};

inline constexpr std::uint32_t block_magic = 0x4b424753;   // "SGBK"
inline constexpr std::uint32_t footer_magic = 0x464e4753;  // "SGNF"

// Defaults are invalid on purpose.
struct BlockHeader {
    std::uint32_t magic = 0;
    std::uint16_t major = 0;
    std::uint16_t minor = 0;
    BlockType type = BlockType::INVALID;
    BodyEncoding encoding = BodyEncoding::INVALID;
    std::uint16_t flags = 0;         // none yet; ignored
    std::uint32_t header_bytes = 0;  // of the protobuf header that follows
    std::uint64_t sequence = 0;
    std::uint64_t slot = 0;
    std::uint32_t stored_bytes = 0;  // of the body that follows it
    std::uint32_t raw_bytes = 0;     // of the body once decoded
    std::uint32_t header_crc = 0;    // CRC32C of the protobuf header
    std::uint32_t body_crc = 0;      // CRC32C of the body as stored
    std::uint64_t reserved = 0;      // zero; ignored
    std::uint32_t reserved_too = 0;  // zero; ignored
    std::uint32_t crc = 0;           // CRC32C of the bytes before it

    std::uint64_t total_bytes() const {
        return sizeof(BlockHeader) + std::uint64_t{header_bytes} + stored_bytes;
    }
    bool operator==(const BlockHeader&) const = default;
};
static_assert(sizeof(BlockHeader) == 64);
static_assert(offsetof(BlockHeader, magic) == 0 && offsetof(BlockHeader, major) == 4 &&
              offsetof(BlockHeader, minor) == 6 && offsetof(BlockHeader, type) == 8 &&
              offsetof(BlockHeader, encoding) == 9 && offsetof(BlockHeader, flags) == 10 &&
              offsetof(BlockHeader, header_bytes) == 12 && offsetof(BlockHeader, sequence) == 16 &&
              offsetof(BlockHeader, slot) == 24 && offsetof(BlockHeader, stored_bytes) == 32 &&
              offsetof(BlockHeader, raw_bytes) == 36 && offsetof(BlockHeader, header_crc) == 40 &&
              offsetof(BlockHeader, body_crc) == 44 && offsetof(BlockHeader, reserved) == 48 &&
              offsetof(BlockHeader, reserved_too) == 56 && offsetof(BlockHeader, crc) == 60);

// One entry of a trailer's index.
struct IndexEntry {
    std::uint64_t sequence = 0;
    std::uint64_t offset = 0;  // of the block in its file
    bool operator==(const IndexEntry&) const = default;
};
static_assert(sizeof(IndexEntry) == 16 && offsetof(IndexEntry, sequence) == 0 &&
              offsetof(IndexEntry, offset) == 8);

// The last bytes of a trailer's body, and so of a closed segment: where the trailer begins.
struct Footer {
    std::uint64_t trailer_offset = 0;
    std::uint32_t magic = 0;
    std::uint32_t crc = 0;  // CRC32C of the bytes before it
};
static_assert(sizeof(Footer) == 16 && offsetof(Footer, trailer_offset) == 0 && offsetof(Footer, magic) == 8 &&
              offsetof(Footer, crc) == 12);

// Any of the three as the bytes on disk.
template <class Pod>
std::span<const std::byte> bytes_on_disk(const Pod& pod) {
    return std::as_bytes(std::span(&pod, 1));
}

// Fills magic, version, lengths and checksums of `block` for these bytes. `raw_bytes`: the body once decoded.
void seal(BlockHeader& block, std::span<const std::byte> header, std::span<const std::byte> body,
          std::size_t raw_bytes);
Footer make_footer(std::uint64_t trailer_offset);
bool is_footer(const Footer& footer);

// What can be said from the fixed header alone: magic, checksum, version, and that every length is one that
// this program would allocate. Errors: CORRUPT, UNSUPPORTED.
Status check(const BlockHeader& block);

}  // namespace spillgate::proto

// Record and verdict ⇄ bytes: the same bytes go over ZeroMQ and into run files. Every length and offset is
// checked before it is used, so what decode returns may be trusted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "proto/result.hpp"
#include "proto/spill_record.hpp"

namespace spillgate::proto {

inline constexpr std::uint32_t wire_major = 1;
inline constexpr std::uint32_t wire_minor = 0;

// Bounds of one message, checked before anything is allocated.
inline constexpr std::size_t max_header_bytes = std::size_t{16} << 20;
inline constexpr std::size_t max_payload_bytes = std::size_t{1} << 30;
inline constexpr std::size_t max_traces = 1u << 16;
inline constexpr std::size_t max_windows = 1u << 12;
inline constexpr std::size_t max_clocks = 1u << 10;
inline constexpr std::size_t max_counters = 1u << 12;

// Bounds of values, so that later arithmetic on them cannot overflow: a clock reading's ticks, a window's
// bounds relative to t0 and a trace's length (78 hours at 1 GHz) in ticks, a domain's frequency, one spill's
// charge (1.1 C).
inline constexpr std::int64_t max_ticks = std::int64_t{1} << 60;
inline constexpr std::int64_t max_window_ticks = std::int64_t{1} << 48;
inline constexpr double min_frequency_hz = 1;
inline constexpr double max_frequency_hz = 1e12;
inline constexpr std::int64_t max_charge_pc = std::int64_t{1} << 40;

enum class Topic : std::uint8_t { SPILL = 1, VERDICT = 2, RUN = 3, STATUS = 4 };
std::string_view name_of(Topic topic);  // the ZeroMQ topic frame: "spill", "verdict", "run", "status"

// A message ready for recorder and publisher alike: encoded once, samples shared, never copied.
struct Message {
    Topic topic = Topic::SPILL;
    std::uint64_t sequence = 0;
    std::uint64_t slot = 0;
    std::string header;  // serialized protobuf, crc32c last
    SpillPtr record;     // owner of the samples of a SPILL; empty otherwise
    // The samples as bytes in little-endian order (this host's own; checked at build time).
    std::span<const std::byte> payload() const {
        return record ? std::as_bytes(std::span(record->samples)) : std::span<const std::byte>{};
    }
};
using MessagePtr = std::shared_ptr<const Message>;

// The record must satisfy SpillRecord's invariants.
Message encode(SpillPtr record);
Message encode(const Verdict& verdict);

// Errors: CORRUPT (checksum, impossible offset, count, index, bound, period, frequency, an enumerator that is
// none: new ones need a new major version), TRUNCATED (no room for a checksum), UNSUPPORTED (major version;
// the checksum keeps its place in all versions). Fields that are not known are ignored. `record` is
// overwritten, and undefined after an error; its memory is reused.
Status decode_spill(std::span<const std::byte> header, std::span<const std::byte> samples,
                    SpillRecord& record);
// The same when the samples are in `record` already.
Status decode_spill(std::span<const std::byte> header, SpillRecord& record);
Result<Verdict> decode_verdict(std::span<const std::byte> header);

// CRC32C (Castagnoli, RFC 3720) of `bytes`, continued from `seed` (the CRC of what came before; 0 at the
// start).
std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t seed = 0);
// SHA-256 in lower-case hexadecimal.
std::string sha256_hex(std::string_view bytes);

}  // namespace spillgate::proto

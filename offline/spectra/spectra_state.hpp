// Bytes of an exact state: magic, version and CRC32C around a protobuf message, so that a flipped or missing
// byte anywhere is an error and never another histogram.
#pragma once

#include <string>
#include <string_view>

#include "proto/result.hpp"

namespace spillgate::offline {

// 16 bytes before the body: magic (8), version (u32), CRC32C of the body (u32), little-endian.
inline constexpr std::string_view spectra_magic = "SGSPECTR";
inline constexpr std::string_view saved_magic = "SGSAVED1";
inline constexpr std::uint32_t state_version = 1;

std::string frame(std::string_view magic, std::string_view body);
// The body. Errors: CORRUPT, UNSUPPORTED (version).
proto::Result<std::string_view> unframe(std::string_view magic, std::string_view bytes);

}  // namespace spillgate::offline

// Frames of the VX27xx's command and data connections, bytes ↔ values. Source: CAEN's caen-dig2 library,
// backend-server/include/json and src/endpoints/raw.cpp; everything is big-endian.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "proto/result.hpp"

namespace spillgate::hw::dig2 {

inline constexpr std::size_t header_bytes = 32;
// No reply is longer: a device tree of 64 channels has about 1 MB.
inline constexpr std::uint64_t reply_bytes_max = std::uint64_t{16} << 20;

struct Request {
    std::string_view command;  // connect, getValue, setValue, sendCommand, getHandle, getDeviceTree …
    std::uint32_t handle = 0;  // of the node that `query` starts from: 24 bits
    std::string_view query;    // a path, "/par/numch"
    std::string_view value;
};

struct Reply {
    bool result = false;
    std::string flag;  // ARM, DISARM, CLEAR, RESET or empty
    std::vector<std::string> values;
};

// Header (size of the JSON text, 24 zero bytes) and JSON text.
std::string request_frame(const Request& request);

// Size of the JSON text that follows a reply's header. CORRUPT: none, more than reply_bytes_max, or another
// protocol version than 0 (JSON).
proto::Result<std::size_t> reply_size(std::span<const std::uint8_t, header_bytes> header);

// CORRUPT: not JSON, not of this form, or the reply to another command.
proto::Result<Reply> parse_reply(std::string_view json, std::string_view command);

// In front of each piece of data. No bytes: what the module sends after it has cleared its buffers.
struct BlockHeader {
    std::uint64_t bytes = 0;
    std::uint32_t events = 0;
    bool aligned = false;  // the last event of the piece is whole
};
BlockHeader parse_block_header(std::span<const std::uint8_t, header_bytes> header);

}  // namespace spillgate::hw::dig2

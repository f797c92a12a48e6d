// Datagrams written as people write them.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace spillgate::hw::testing {

inline std::vector<std::byte> bytes_of(std::string_view hex) {
    std::string digits;
    for (const char c : hex)
        if (c != ' ') digits += c;
    std::vector<std::byte> bytes;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
        bytes.push_back(static_cast<std::byte>(std::stoul(digits.substr(i, 2), nullptr, 16)));
    return bytes;
}

inline std::string hex_of(std::span<const std::byte> bytes) {
    std::string hex;
    for (const auto byte : bytes)
        hex += fmt::format("{:02x}", std::to_integer<unsigned>(byte));
    return hex;
}

// The same digits, without spaces and in small letters.
inline std::string plain(std::string_view hex) {
    return hex_of(bytes_of(hex));
}

}  // namespace spillgate::hw::testing

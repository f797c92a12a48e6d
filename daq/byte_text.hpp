// Numbers of bytes as people read them.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace spillgate::daq {

// In powers of 1000: "512 B", "67.11 MB".
inline std::string byte_text(double n) {
    static constexpr std::array<std::string_view, 5> units{"B", "kB", "MB", "GB", "TB"};
    std::size_t unit = 0;
    for (; n >= 1000 && unit + 1 < units.size(); ++unit)
        n /= 1000;
    return fmt::format("{:.{}f} {}", n, unit == 0 ? 0 : 2, units[unit]);
}

inline std::string byte_text(std::uint64_t n) {
    return byte_text(static_cast<double>(n));
}

}  // namespace spillgate::daq

// A number that a text is, from its first character to its last.
#pragma once

#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>
#include <type_traits>

namespace spillgate::proto {

// Nothing if the text is anything else, out of range, or not finite. No '+', no blanks.
template <class Number>
std::optional<Number> number_in(std::string_view text) {
    Number value{};
    const char* const begin = text.data();
    const char* const end = begin + text.size();
    const auto parsed = std::from_chars(begin, end, value);
    if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
    if constexpr (std::is_floating_point_v<Number>)
        if (!std::isfinite(value)) return std::nullopt;
    return value;
}

}  // namespace spillgate::proto

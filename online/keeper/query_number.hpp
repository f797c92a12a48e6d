// Whole numbers of a request's query.
#pragma once

#include <charconv>
#include <cstdint>
#include <string_view>

#include <fmt/format.h>

#include "online/http/exchange.hpp"

namespace spillgate::online {

// `absent` if it is not there. Errors: CONFIG.
inline proto::Result<std::uint64_t> query_number(const Request& request, std::string_view name,
                                                 std::uint64_t absent) {
    constexpr std::uint64_t largest = std::uint64_t{1} << 53;
    const auto text = request.asked(name);
    if (!text) return absent;
    std::uint64_t value = 0;
    const auto read = std::from_chars(text->data(), text->data() + text->size(), value);
    if (read.ec != std::errc{} || read.ptr != text->data() + text->size() || value > largest)
        return proto::error(proto::ErrorKind::CONFIG,
                            fmt::format("{} = '{}' is no whole number", name, *text));
    return value;
}

}  // namespace spillgate::online

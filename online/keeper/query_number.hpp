// What a request's query asks for: numbers, and texts of which there may be several.
#pragma once

#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "online/http/exchange.hpp"

namespace spillgate::online {

// All values of that name, percent-decoded, in order.
inline std::vector<std::string> query_texts(const Request& request, std::string_view name) {
    std::vector<std::string> all;
    std::string_view rest(request.query);
    while (!rest.empty()) {
        const auto end = rest.find('&');
        const auto pair = rest.substr(0, end);
        rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
        const auto equals = pair.find('=');
        if (percent_decoded(pair.substr(0, equals), true) != name) continue;
        all.push_back(equals == std::string_view::npos ? std::string()
                                                       : percent_decoded(pair.substr(equals + 1), true));
    }
    return all;
}

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

// Any finite number; `absent` if it is not there. Errors: CONFIG.
inline proto::Result<double> query_real(const Request& request, std::string_view name, double absent) {
    const auto text = request.asked(name);
    if (!text) return absent;
    double value = 0;
    const auto read = std::from_chars(text->data(), text->data() + text->size(), value);
    if (read.ec != std::errc{} || read.ptr != text->data() + text->size() || !std::isfinite(value))
        return proto::error(proto::ErrorKind::CONFIG, fmt::format("{} = '{}' is no number", name, *text));
    return value;
}

}  // namespace spillgate::online

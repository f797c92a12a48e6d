#include "proto/loopback.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <string>

namespace spillgate::proto {

namespace {

bool is_port(std::string_view text) {
    return !text.empty() && text.size() <= 5 &&
           std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// 127.a.b.c, each 0–255, in plain decimal.
bool is_loopback_v4(std::string_view host) {
    std::array<int, 4> part{};
    const char* at = host.data();
    const char* const end = host.data() + host.size();
    for (std::size_t i = 0; i < part.size(); ++i) {
        const auto [next, failed] = std::from_chars(at, end, part[i]);
        if (failed != std::errc{} || part[i] < 0 || part[i] > 255) return false;
        const bool last = i + 1 == part.size();
        if (last != (next == end) || (!last && *next != '.')) return false;
        at = next + 1;
    }
    return part[0] == 127;
}

bool is_localhost(std::string_view host) {
    constexpr std::string_view name = "localhost";
    return std::ranges::equal(host, name, {},
                              [](char c) { return std::tolower(static_cast<unsigned char>(c)); });
}

}  // namespace

bool is_loopback_host(std::string_view host) {
    if (host.starts_with("[::1]")) return host.size() == 5 || (host[5] == ':' && is_port(host.substr(6)));
    if (const auto colon = host.rfind(':'); colon != std::string_view::npos) {
        if (!is_port(host.substr(colon + 1))) return false;
        host = host.substr(0, colon);
    }
    return is_localhost(host) || (!host.empty() && is_loopback_v4(host));
}

}  // namespace spillgate::proto

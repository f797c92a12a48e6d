#include "online/request_guard.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>

namespace spillgate::online {
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

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

}  // namespace

bool is_loopback_host(std::string_view host) {
    const auto colon = host.rfind(':');
    if (host.starts_with("[::1]")) return host.size() == 5 || (host[5] == ':' && is_port(host.substr(6)));
    if (colon != std::string_view::npos) {
        if (!is_port(host.substr(colon + 1))) return false;
        host = host.substr(0, colon);
    }
    return lower(host) == "localhost" || (!host.empty() && is_loopback_v4(host));
}

bool is_same_origin(std::string_view origin, std::string_view host) {
    constexpr std::string_view scheme = "http://";
    return origin.starts_with(scheme) && lower(origin.substr(scheme.size())) == lower(host);
}

bool tokens_equal(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string make_token() {
    std::array<unsigned char, 32> bytes{};
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
        throw proto::Failure(proto::error(proto::ErrorKind::IO, "the system gives no random numbers"));
    }
    std::string text;
    for (const unsigned char byte : bytes)
        text += fmt::format("{:02x}", byte);
    return text;
}

}  // namespace spillgate::online

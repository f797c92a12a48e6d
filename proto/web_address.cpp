#include "proto/web_address.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace spillgate::proto {

namespace {

bool is_printable(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

bool stands_for_itself(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

}  // namespace

Result<WebAddress> parse_address(std::string_view url) {
    const auto wrong = [&] {
        return error(
            ErrorKind::CONFIG,
            fmt::format("'{}' is no address; allowed are https://HOST[:PORT]/PATH and http:// to loopback",
                        url));
    };
    WebAddress address;
    constexpr std::string_view plain = "http://";
    constexpr std::string_view secure = "https://";
    address.tls = url.starts_with(secure);
    if ((!address.tls && !url.starts_with(plain)) || !is_printable(url)) return wrong();
    const auto rest = url.substr(address.tls ? secure.size() : plain.size());
    const auto slash = std::min(rest.find_first_of("/?#"), rest.size());
    auto place = rest.substr(0, slash);
    auto target = rest.substr(slash);
    target = target.substr(0, target.find('#'));
    address.target = target.starts_with('/') ? std::string(target) : "/" + std::string(target);
    address.shown = place;
    if (place.find('@') != std::string_view::npos) return wrong();
    if (place.starts_with('[')) {
        const auto close = place.find(']');
        if (close == std::string_view::npos) return wrong();
        address.host = place.substr(1, close - 1);
        place.remove_prefix(close + 1);
    } else {
        const auto colon = std::min(place.find(':'), place.size());
        address.host = place.substr(0, colon);
        place.remove_prefix(colon);
    }
    address.port = place.empty() ? (address.tls ? "443" : "80") : std::string(place.substr(1));
    unsigned port = 0;
    const char* const end = address.port.data() + address.port.size();
    const auto number = std::from_chars(address.port.data(), end, port);
    if (address.host.empty() || number.ec != std::errc{} || number.ptr != end || port < 1 || port > 65535)
        return wrong();
    return address;
}

std::string percent_encoded(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (stands_for_itself(c))
            out += c;
        else
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

}  // namespace spillgate::proto

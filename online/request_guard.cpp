#include "online/request_guard.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>

namespace spillgate::online {
namespace {

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

}  // namespace

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

// What a webhook's body is signed with.
#pragma once

#include <string>
#include <string_view>

namespace spillgate::online {

// HMAC-SHA-256 (RFC 2104), lower-case hexadecimal. Throws proto::Failure if the system has none.
std::string hmac_sha256_hex(std::string_view key, std::string_view text);

}  // namespace spillgate::online

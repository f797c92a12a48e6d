// One HTTP POST to a webhook, over TLS unless it goes to this machine.
#pragma once

#include <chrono>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proto/result.hpp"

namespace spillgate::online {

struct WebAddress {
    bool tls = false;
    std::string host;  // without brackets
    std::string port;
    std::string target;  // path and query
    std::string shown;   // the Host header
};
// Errors: CONFIG (no http:// or https://, a name or port that is none, user information).
proto::Result<WebAddress> parse_address(std::string_view url);

using Headers = std::vector<std::pair<std::string, std::string>>;

// The answer's status. Blocks for `patience` at most, or until `stop`; only a name service that does not
// answer can hold it longer. The server's certificate must be one that this machine trusts, for that name.
// Redirections are not followed. Errors: TIMED_OUT, CLOSED (by the stop), IO, CORRUPT (no HTTP).
proto::Result<unsigned> http_post(const WebAddress& address, const Headers& headers, std::string_view body,
                                  std::chrono::milliseconds patience, const std::stop_token& stop);

// HMAC-SHA-256 (RFC 2104), lower-case hexadecimal.
std::string hmac_sha256_hex(std::string_view key, std::string_view text);

}  // namespace spillgate::online

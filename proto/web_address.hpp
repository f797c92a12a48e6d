// Addresses of HTTP servers, as people write them.
#pragma once

#include <string>
#include <string_view>

#include "proto/result.hpp"

namespace spillgate::proto {

struct WebAddress {
    bool tls = false;
    std::string host;  // without brackets
    std::string port;
    std::string target;  // path and query
    std::string shown;   // the Host header
};
// Errors: CONFIG (no http:// or https://, a name or port that is none, user information).
Result<WebAddress> parse_address(std::string_view url);

// One segment of a path, or one name or value of a query: all but letters, digits and -._~ is escaped.
std::string percent_encoded(std::string_view text);

}  // namespace spillgate::proto

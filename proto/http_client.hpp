// One HTTP request to a server, over TLS unless it goes to this machine, on a connection of its own.
#pragma once

#include <chrono>
#include <cstddef>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proto/web_address.hpp"

namespace spillgate::proto {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
    std::string_view method = "GET";
    std::string_view agent = {};  // the program that asks
    HttpHeaders headers = {};     // beside Host, User-Agent and Content-Length
    std::string_view body = {};
};

struct HttpAnswer {
    unsigned status = 0;
    std::string content_type;
    std::string body;
};

struct HttpBounds {
    std::chrono::milliseconds patience;
    std::size_t most_bytes = 0;  // of the answer's body; 0: nothing of it is read
};

// The answer, whatever its status. Blocks for the patience at most, or until `stop`; only a name service that
// does not answer can hold it longer. The server's certificate must be one that this machine trusts, for that
// name. Redirections are not followed. Errors: TIMED_OUT, CLOSED (by the stop), IO, CORRUPT (no HTTP),
// REFUSED (a longer answer).
Result<HttpAnswer> http_exchange(const WebAddress& address, const HttpRequest& request,
                                 const HttpBounds& bounds, const std::stop_token& stop = {});

}  // namespace spillgate::proto

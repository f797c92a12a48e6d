// Which HTTP requests are served at all: a browser led here by a foreign page must not read or steer
// anything.
#pragma once

#include <string>
#include <string_view>

#include "proto/loopback.hpp"
#include "proto/result.hpp"

namespace spillgate::online {

using proto::is_loopback_host;

// `origin` (the header's value; empty if absent) is the page that this server gave out under `host`.
bool is_same_origin(std::string_view origin, std::string_view host);

// Equal, in time that does not depend on where they differ.
bool tokens_equal(std::string_view a, std::string_view b);

// 256 random bits in hexadecimal. Throws proto::Failure if the system has none.
std::string make_token();

}  // namespace spillgate::online

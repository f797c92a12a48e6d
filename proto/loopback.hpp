// Names of this host itself, as they stand in URLs and configurations.
#pragma once

#include <string_view>

namespace spillgate::proto {

// The host of a Host header or an origin is a loopback name: localhost, 127.0.0.0/8 or [::1], with any port.
// A foreign name that resolves to loopback (DNS rebinding) is not.
bool is_loopback_host(std::string_view host);

}  // namespace spillgate::proto

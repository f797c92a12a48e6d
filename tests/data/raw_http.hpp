// A TCP client that says exactly what a test tells it to.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace spillgate::test {

class RawHttp {  // owns a socket
  public:
    explicit RawHttp(std::uint16_t port);  // connects to 127.0.0.1
    ~RawHttp();
    RawHttp(const RawHttp&) = delete;
    RawHttp& operator=(const RawHttp&) = delete;

    bool send(std::string_view bytes);  // false: the other side has closed
    // What comes until the other side closes, `until` has come, or 10 s have passed without anything.
    std::string receive(std::string_view until = {});
    bool closed();  // by the other side, within 10 s

  private:
    int socket_ = -1;
};

std::uint16_t port_of(const std::string& url);
// One request on a connection of its own; the whole answer. `headers` end in \r\n each.
std::string http(std::uint16_t port, std::string_view method, std::string_view path,
                 std::string_view headers = {}, std::string_view body = {},
                 std::string_view host = "127.0.0.1");
int status_of(const std::string& answer);  // 0: none

}  // namespace spillgate::test

// Takes slow values pushed by HTTP on loopback: POST /slow/<name> with a number as body. Owns a socket and a
// thread; stops at once when it is destroyed.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "proto/result.hpp"

namespace spillgate::daq {

// One request per connection: 204 taken; 400 not a number or not HTTP; 403 a Host that is no loopback name,
// or a request from a web page (Origin); 404 no such pushed value; 405 not POST; 413, 431 too long. At most
// 32 connections, each for at most 5 s.
class PushServer {
  public:
    // Called on the server's thread. False: there is no pushed value of this name.
    using Take = std::function<bool(std::string_view name, double value)>;
    struct Counts {
        std::uint64_t taken = 0;
        std::uint64_t refused = 0;
        std::uint64_t turned_away = 0;  // connections, while there were too many
    };

    // `address`: loopback; port 0: any free one. Errors: REFUSED (not loopback), EXISTS (the port is
    // occupied), IO.
    static proto::Result<std::unique_ptr<PushServer>> start(const std::string& address, std::uint16_t port,
                                                            Take take);
    virtual ~PushServer() = default;
    virtual std::string url() const = 0;  // "http://127.0.0.1:PORT"
    virtual Counts counts() const = 0;
};

}  // namespace spillgate::daq

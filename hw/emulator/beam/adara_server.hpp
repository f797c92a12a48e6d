// Serves an ADARA stream on loopback: every packet to every client that is connected.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "proto/result.hpp"

namespace spillgate::hw::emulator {

// Owns sockets, no thread. A client that does not take what it is sent is cut off.
class AdaraServer {
  public:
    // Port 0: any free one. Errors: IO.
    static proto::Result<std::unique_ptr<AdaraServer>> listen(std::uint16_t port);
    ~AdaraServer();
    AdaraServer(const AdaraServer&) = delete;
    AdaraServer& operator=(const AdaraServer&) = delete;

    std::uint16_t port() const { return port_; }
    void accept();
    void send(std::span<const std::byte> packet);
    std::size_t clients() const { return clients_.size(); }

  private:
    AdaraServer(int listener, std::uint16_t port) : listener_(listener), port_(port) {}

    int listener_;
    std::uint16_t port_;
    std::vector<int> clients_;
};

}  // namespace spillgate::hw::emulator

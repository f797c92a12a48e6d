// Stands between a host and a device on loopback: passes datagrams both ways, lets a test see every answer
// of the device before it goes on, and keeps its own port while the device behind it comes and goes.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <span>
#include <thread>

#include <netinet/in.h>

namespace spillgate::test {

// Owns two sockets and a thread.
class UdpRelay {
  public:
    // Says of an answer whether it goes on. On the relay's thread.
    using Watch = std::function<bool(std::span<const std::uint8_t>)>;

    UdpRelay();
    ~UdpRelay();
    UdpRelay(const UdpRelay&) = delete;
    UdpRelay& operator=(const UdpRelay&) = delete;

    std::uint16_t port() const { return port_; }  // where the host finds the device
    void lead_to(std::uint16_t device_port);      // from now on; 0: nowhere
    void watch(Watch watch);                      // from now on; empty: everything goes on

  private:
    void run(const std::stop_token& stop);
    void take_requests();
    void take_answers();

    int front_ = -1;
    int back_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<std::uint16_t> device_port_{0};
    sockaddr_in host_{};  // who asked last
    std::mutex mutex_;
    Watch watch_;
    std::jthread thread_;
};

}  // namespace spillgate::test

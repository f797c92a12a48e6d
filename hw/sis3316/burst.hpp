// Datagrams that have arrived at a socket, taken many at a time. Owns their memory.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>

namespace spillgate::hw::sis3316 {

class Burst {
  public:
    static constexpr std::size_t most = 32;
    // The longest packet of the module (2 + 1 + 8192), and one byte that tells a longer one.
    static constexpr std::size_t longest = 8195 + 1;

    Burst();
    // How many came; 0 if none is there. Never waits.
    std::size_t receive(int socket);
    std::span<const std::byte> datagram(std::size_t index) const {
        return std::span(bytes_[index]).first(messages_[index].msg_len);
    }
    bool is_from(std::size_t index, const sockaddr_in& module) const {
        return senders_[index].sin_addr.s_addr == module.sin_addr.s_addr &&
               senders_[index].sin_port == module.sin_port;
    }

  private:
    std::array<std::array<std::byte, longest>, most> bytes_{};
    std::array<sockaddr_in, most> senders_{};
    std::array<iovec, most> places_{};
    std::array<mmsghdr, most> messages_{};
};

}  // namespace spillgate::hw::sis3316

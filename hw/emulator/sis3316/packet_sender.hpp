// Sends answers as the module's Ethernet interface does, no faster than its wire. Owns no socket.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <span>
#include <vector>

#include <netinet/in.h>

#include "hw/emulator/sis3316/datagram.hpp"

namespace spillgate::hw::emulator::sis3316 {

// One datagram to be: head, words as they lie in memory, zeros for what is not there.
struct Packet {
    AnswerHead head;
    std::span<const std::uint8_t> data;
    std::uint32_t zero_bytes = 0;  // at most longest_data

    std::size_t size() const { return head.size + data.size() + zero_bytes; }
};

inline constexpr std::size_t longest_data = 8192;  // bytes of a jumbo packet

// Gap between packets, ns, by the code of link register 0x08 (UDP addendum V106).
std::int64_t gap_ns(unsigned code);

class PacketSender {
  public:
    PacketSender(int socket, bool paced) : socket_(socket), paced_(paced) {}

    // In order. With pacing the last one has left when this returns: as many ns after the first as Gigabit
    // Ethernet needs for their frames, and the gaps.
    void send(std::span<const Packet> packets, const sockaddr_in& peer, unsigned gap_code);

    std::uint64_t packets() const { return packets_.load(std::memory_order_relaxed); }
    std::uint64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }
    std::uint64_t refused() const { return refused_.load(std::memory_order_relaxed); }

  private:
    int socket_;
    bool paced_;
    std::int64_t wire_free_ns_ = 0;
    std::vector<std::int64_t> due_;  // by packet, steady clock
    std::atomic<std::uint64_t> packets_{0};
    std::atomic<std::uint64_t> bytes_{0};
    std::atomic<std::uint64_t> refused_{0};  // by the host's network

    void send_now(std::span<const Packet> packets, const sockaddr_in& peer);
};

}  // namespace spillgate::hw::emulator::sis3316

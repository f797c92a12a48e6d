#include "hw/emulator/sis3316/packet_sender.hpp"

#include <algorithm>

#include <sys/socket.h>
#include <time.h>

#include "hw/pace.hpp"

namespace spillgate::hw::emulator::sis3316 {

namespace {

constexpr std::size_t most_at_once = 64;
constexpr std::size_t parts_of_packet = 3;
constexpr std::size_t frame_overhead = 66;  // UDP 8, IP 20, Ethernet 18, preamble and frame gap 20
constexpr std::int64_t ns_per_byte = 8;     // at 1 Gbit/s
constexpr std::int64_t shortest_sleep_ns = 500'000;
constexpr std::int64_t wakes_late_ns =
    150'000;  // a virtual machine's host; what is lost so is no wire's time

const std::array<std::uint8_t, longest_data> zeros{};

void sleep_until(std::int64_t moment_ns) {
    const timespec until{moment_ns / 1'000'000'000, moment_ns % 1'000'000'000};
    while (::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) == EINTR) {
    }
}

iovec part(const std::uint8_t* bytes, std::size_t size) {
    return {const_cast<std::uint8_t*>(bytes), size};  // the interface of sendmmsg; it only reads
}

}  // namespace

std::int64_t gap_ns(unsigned code) {
    constexpr std::array<std::int64_t, 16> gaps{256,    512,    1'000,  2'000,  4'000,  8'000,
                                                10'000, 12'000, 14'000, 16'000, 20'000, 28'000,
                                                32'000, 41'000, 50'000, 57'000};
    return gaps[code & 0xF];
}

void PacketSender::send_now(std::span<const Packet> packets, const sockaddr_in& peer) {
    std::array<mmsghdr, most_at_once> messages{};
    std::array<iovec, most_at_once * parts_of_packet> parts{};
    sockaddr_in to = peer;
    for (std::size_t i = 0; i < packets.size(); ++i) {
        const Packet& packet = packets[i];
        iovec* of = &parts[i * parts_of_packet];
        of[0] = part(packet.head.bytes.data(), packet.head.size);
        of[1] = part(packet.data.data(), packet.data.size());
        of[2] = part(zeros.data(), packet.zero_bytes);
        msghdr& header = messages[i].msg_hdr;
        header.msg_name = &to;
        header.msg_namelen = sizeof to;
        header.msg_iov = of;
        header.msg_iovlen = parts_of_packet;
    }
    for (std::size_t done = 0; done < packets.size();) {
        const int sent =
            ::sendmmsg(socket_, &messages[done], static_cast<unsigned>(packets.size() - done), 0);
        if (sent <= 0) {  // that one is lost, as on a wire
            refused_.fetch_add(1, std::memory_order_relaxed);
            ++done;
            continue;
        }
        for (std::size_t i = done; i < done + static_cast<std::size_t>(sent); ++i)
            bytes_.fetch_add(packets[i].size(), std::memory_order_relaxed);
        packets_.fetch_add(static_cast<std::uint64_t>(sent), std::memory_order_relaxed);
        done += static_cast<std::size_t>(sent);
    }
}

void PacketSender::send(std::span<const Packet> packets, const sockaddr_in& peer, unsigned gap_code) {
    if (packets.empty()) return;
    due_.clear();
    std::int64_t at = std::max(wire_free_ns_, steady_ns());
    for (const Packet& packet : packets) {
        at += static_cast<std::int64_t>(packet.size() + frame_overhead) * ns_per_byte;
        due_.push_back(at);
        at += gap_ns(gap_code);
    }
    wire_free_ns_ = at;
    // The host sleeps longer than a frame lasts: what has become due meanwhile leaves together.
    for (std::size_t done = 0; done < packets.size();) {
        std::size_t end = packets.size();
        // A single one is on the wire for less time than the host needs to fall asleep.
        if (paced_ && packets.size() > 1) {
            const std::int64_t now = steady_ns();
            const auto due =
                std::upper_bound(due_.begin() + static_cast<std::ptrdiff_t>(done), due_.end(), now);
            end = static_cast<std::size_t>(due - due_.begin());
            if (end == done) {
                // The last ones may leave a little early: the wire stays taken for as long as they need.
                const std::int64_t last = due_.back() - wakes_late_ns;
                const std::int64_t next = std::min(std::max(due_[done], now + shortest_sleep_ns), last);
                if (next > now) {
                    sleep_until(next);
                    if (next < last) continue;
                }
                end = packets.size();
            }
        }
        end = std::min(end, done + most_at_once);
        send_now(packets.subspan(done, end - done), peer);
        done = end;
    }
}

}  // namespace spillgate::hw::emulator::sis3316

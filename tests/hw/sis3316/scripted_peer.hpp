// Stands at the other end of a link: registers that keep what is written, a FIFO that counts up, and a script
// that may do something else with each answer. Owns a socket and a thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <span>
#include <stdexcept>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hw/sis3316/protocol.hpp"

namespace spillgate::hw::testing {

using Datagram = std::vector<std::byte>;

class ScriptedPeer {
  public:
    // Gets request number n (from 0) and the datagrams that answer it; returns those to send. The peer's
    // state has changed already. A request for the last packet again (0xEE) passes the script as well.
    using Script = std::function<std::vector<Datagram>(std::size_t n, const Datagram& request,
                                                       std::vector<Datagram> answer)>;

    explicit ScriptedPeer(sis3316::Generation generation = sis3316::Generation::WITH_IDENTIFIER)
        : generation_(generation), socket_(::socket(AF_INET, SOCK_DGRAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
            throw std::runtime_error("no UDP port is free");
        socklen_t size = sizeof address;
        ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
        port_ = ntohs(address.sin_port);
        timeval wait{0, 10000};
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
        thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
    }
    ~ScriptedPeer() {
        thread_.request_stop();
        thread_.join();
        ::close(socket_);
    }

    std::uint16_t port() const { return port_; }
    void obey(Script script) {
        const std::lock_guard lock(mutex_);
        script_ = std::move(script);
        requests_.clear();
    }
    std::vector<Datagram> requests() const {
        const std::lock_guard lock(mutex_);
        return requests_;
    }
    std::uint32_t value_of(std::uint32_t address) const {
        const std::lock_guard lock(mutex_);
        const auto found = registers_.find(address);
        return found == registers_.end() ? 0 : found->second;
    }
    std::size_t times_written(std::uint32_t address) const {
        const std::lock_guard lock(mutex_);
        const auto found = writes_.find(address);
        return found == writes_.end() ? 0 : found->second;
    }
    void set(std::uint32_t address, std::uint32_t value) {
        const std::lock_guard lock(mutex_);
        registers_[address] = value;
    }
    // Sends a datagram of its own accord to whoever asked last.
    void send(const Datagram& datagram) const {
        ::sendto(socket_, datagram.data(), datagram.size(), 0, reinterpret_cast<const sockaddr*>(&client_),
                 sizeof client_);
    }

  private:
    static std::uint32_t word(const Datagram& bytes, std::size_t at) {
        std::uint32_t value = 0;
        for (std::size_t i = 4; i-- > 0;)
            value = value << 8 | std::to_integer<std::uint32_t>(bytes.at(at + i));
        return value;
    }
    static void put(Datagram& bytes, std::uint32_t value) {
        for (int i = 0; i < 4; ++i)
            bytes.push_back(static_cast<std::byte>(value >> 8 * i));
    }

    std::vector<Datagram> answer(const Datagram& request) {
        using sis3316::Command;
        const auto command = static_cast<Command>(request.at(0));
        if (command == Command::SEND_AGAIN) {
            if (last_.empty()) return {};
            return {last_};
        }
        if (command == Command::RESET) return {};
        if (command == Command::WRITE_LINK) {
            registers_[word(request, 1)] = word(request, 5);
            return {};
        }
        const std::size_t id = generation_ == sis3316::Generation::WITH_IDENTIFIER ? 1 : 0;
        Datagram head{request[0]};
        if (id == 1) head.push_back(request.at(1));
        if (command == Command::READ_LINK) {
            const auto address = word(request, 1 + id);
            put(head, address);
            put(head, registers_[address]);
            return {head};
        }
        const std::size_t count = std::to_integer<std::size_t>(request.at(1 + id)) +
                                  (std::to_integer<std::size_t>(request.at(2 + id)) << 8) + 1;
        toggle_ ^= 0x80u;
        if (command == Command::READ_FIFO) {
            std::vector<Datagram> packets;
            for (std::size_t sent = 0; sent < count;) {
                auto packet = head;
                packet.push_back(static_cast<std::byte>(toggle_ | (packets.size() & 15u)));
                for (std::size_t i = 0; i < sis3316::packet_words && sent < count; ++i, ++sent)
                    put(packet, fifo_++);
                packets.push_back(packet);
            }
            return packets;
        }
        head.push_back(static_cast<std::byte>(toggle_));
        for (std::size_t i = 0; i < count; ++i) {
            if (command == Command::READ) {
                put(head, registers_[word(request, 3 + id + 4 * i)]);
            } else {
                const auto address = word(request, 3 + id + 8 * i);
                registers_[address] = word(request, 7 + id + 8 * i);
                ++writes_[address];
            }
        }
        return {head};
    }

    void serve(const std::stop_token& stop) {
        Datagram bytes(2048);
        while (!stop.stop_requested()) {
            socklen_t size = sizeof client_;
            const auto got = ::recvfrom(socket_, bytes.data(), bytes.size(), 0,
                                        reinterpret_cast<sockaddr*>(&client_), &size);
            if (got <= 0) continue;
            const Datagram request(bytes.begin(), bytes.begin() + got);
            std::vector<Datagram> answers;
            {
                const std::lock_guard lock(mutex_);
                try {
                    answers = answer(request);
                } catch (const std::out_of_range&) {
                    answers.clear();  // shorter than this generation's requests
                }
                if (!answers.empty()) last_ = answers.back();
                const auto n = requests_.size();
                requests_.push_back(request);
                if (script_) answers = script_(n, request, std::move(answers));
            }
            for (const auto& datagram : answers)
                send(datagram);
        }
    }

    sis3316::Generation generation_;
    int socket_;
    std::uint16_t port_ = 0;
    sockaddr_in client_{};
    mutable std::mutex mutex_;
    Script script_;
    std::vector<Datagram> requests_;
    std::map<std::uint32_t, std::uint32_t> registers_;
    std::map<std::uint32_t, std::size_t> writes_;
    Datagram last_;
    std::uint32_t toggle_ = 0;
    std::uint32_t fifo_ = 0;
    std::jthread thread_;
};

}  // namespace spillgate::hw::testing

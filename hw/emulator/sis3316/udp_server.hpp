// The module's Ethernet interface: requests in, answers out, with the configured faults between. Owns a
// socket.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include <netinet/in.h>

#include "hw/emulator/emulated_device.hpp"
#include "hw/emulator/fault_draws.hpp"
#include "hw/emulator/sis3316/datagram.hpp"
#include "hw/emulator/sis3316/module.hpp"
#include "hw/emulator/sis3316/packet_sender.hpp"

namespace spillgate::hw::emulator::sis3316 {

// Each counter is the number of datagrams, or of requests, that this happened to.
struct ServerCounters {
    std::atomic<std::uint64_t> requests{0};
    std::atomic<std::uint64_t> unknown_commands{0};
    std::atomic<std::uint64_t> wrong_lengths{0};
    std::atomic<std::uint64_t> repeats{0};
    std::atomic<std::uint64_t> while_off{0};
    std::atomic<std::uint64_t> silenced{0};
    std::atomic<std::uint64_t> requests_dropped{0};
    std::atomic<std::uint64_t> dropped{0};
    std::atomic<std::uint64_t> duplicated{0};
    std::atomic<std::uint64_t> reordered{0};
    std::atomic<std::uint64_t> delayed{0};
    std::atomic<std::uint64_t> identifiers_corrupted{0};
    std::atomic<std::uint64_t> access_timeouts{0};
};

class UdpServer {
  public:
    // Listens at `address`, an IPv4 address of the host; port 0: any free one. Answers go to where a request
    // came from. Errors: CONFIG (no such address), IO (in use).
    static proto::Result<std::unique_ptr<UdpServer>> open(const config::EmulatedSis3316& config,
                                                          Module& module,
                                                          const config::EmulatedFaults& faults);
    ~UdpServer();
    UdpServer(const UdpServer&) = delete;
    UdpServer& operator=(const UdpServer&) = delete;

    std::string endpoint() const;
    // Serves until a stop is requested; returns within 100 ms of it.
    void run(const std::stop_token& stop);
    void apply(const config::EmulatedFaults& faults);
    void power(bool on) { powered_.store(on); }
    bool powered() const { return powered_.load(); }
    void append_statistics(std::vector<Statistic>& out) const;

  private:
    struct Copy {  // of a datagram that leaves later
        std::vector<std::uint8_t> bytes;
        sockaddr_in peer{};
        std::int64_t due_ns = 0;
    };

    UdpServer(int socket, const config::EmulatedSis3316& config, Module& module,
              const config::EmulatedFaults& faults);

    int socket_;
    Module& module_;
    Generation generation_;
    PacketSender sender_;
    FaultDraws draws_;
    ServerCounters counters_;
    std::atomic<bool> powered_{true};
    std::mutex new_faults_mutex_;
    std::optional<config::EmulatedFaults> new_faults_;

    std::uint8_t counter_bit_ = 0;
    std::vector<Packet> packets_;
    std::vector<Packet> order_;
    std::vector<std::uint8_t> last_;  // the last packet sent
    std::optional<Copy> held_;        // leaves after the next answer
    std::vector<Copy> delayed_;
    std::array<std::uint8_t, 256> answer_{};  // data of a short answer

    void receive_all();
    void take(std::span<const std::uint8_t> datagram, const sockaddr_in& peer);
    void take_new_faults();
    void send_due();
    int wait_ms() const;
    void serve(const Request& request, const sockaddr_in& peer);
    std::uint8_t next_status();
    bool times_out();
    void answer(const Request& request, std::uint8_t status, std::size_t data_bytes, const sockaddr_in& peer);
    void read_registers(const Request& request, const sockaddr_in& peer);
    void write_registers(const Request& request, const sockaddr_in& peer);
    void read_fifo(const Request& request, const sockaddr_in& peer);
    void write_fifo(const Request& request, const sockaddr_in& peer);
    void repeat(const sockaddr_in& peer);
    void send(const sockaddr_in& peer);
    void order_with_faults(const sockaddr_in& peer);
    void send_copy(const Copy& copy);
};

}  // namespace spillgate::hw::emulator::sis3316

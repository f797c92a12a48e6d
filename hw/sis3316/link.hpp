// The UDP link to one SIS3316: one request at a time, its answer, and what to do when there is none. Owns a
// socket and the event loop that serves it alone (the module's strand): all calls come from one thread, a
// stop request may come from any. Source: Struck SIS3316 manual, Ethernet UDP addendum.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "hw/sis3316/burst.hpp"
#include "hw/sis3316/fifo_answer.hpp"
#include "hw/sis3316/link_counters.hpp"
#include "hw/sis3316/protocol.hpp"
#include "proto/result.hpp"

namespace spillgate::hw::sis3316 {

struct LinkSettings {
    std::string name;  // of the module, for messages
    std::string address;
    std::uint16_t port = 0xE000;
    std::uint16_t local_port = 0;  // 0: any free one
    std::chrono::nanoseconds timeout = std::chrono::milliseconds(50);
    unsigned retransmissions = 3;
    std::size_t receive_buffer_bytes = 8388608;
};

// Whether a write was carried out.
enum class Delivery : std::uint8_t {
    CONFIRMED,
    UNKNOWN,  // the module lives, but its acknowledgement is lost for good: look at what it did
};

// The module's own address. Error: CONFIG.
proto::Result<boost::asio::ip::address_v4> module_address(const std::string& name,
                                                          const std::string& address);

// Errors of all requests: TIMED_OUT (the module says nothing), CLOSED (a stop was requested), REFUSED (status
// bit 4: without the grant nothing was done), IO.
class Link {
  public:
    // Errors: CONFIG (no address, or the local port is taken), IO.
    static proto::Result<std::unique_ptr<Link>> open(const LinkSettings& settings);
    ~Link();
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    // From now on every wait ends with CLOSED once this stop is requested.
    void obey(std::stop_token stop);
    // Finds out which protocol the module speaks: one attempt each. Error: TIMED_OUT.
    proto::Status probe();
    void speak(Generation generation) { generation_ = generation; }
    Generation generation() const { return generation_; }
    void set_jumbo(bool jumbo) { per_packet_ = jumbo ? jumbo_packet_words : packet_words; }

    proto::Result<std::uint32_t> read_link(std::uint32_t address);
    proto::Status write_link(std::uint32_t address, std::uint32_t value);  // sent once, never acknowledged
    proto::Status reset();                                                 // sent once, never acknowledged
    // 1…64 registers; repeated if need be.
    proto::Status read(std::span<const std::uint32_t> addresses, std::span<std::uint32_t> values);
    // 1…64 registers. The request is sent once; a lost acknowledgement is asked for again (0xEE).
    proto::Result<Delivery> write(std::span<const RegisterWrite> writes);
    // Sent once. Returns how many words of `into` came in order; fewer than asked for after a loss: then the
    // module's read pointer is beyond them.
    proto::Result<std::size_t> read_fifo(std::uint32_t address, std::span<std::uint32_t> into);

    // Waits, unless a stop is requested. Error: CLOSED.
    proto::Status pause_until(std::chrono::steady_clock::time_point moment);

    const LinkCounters& counters() const { return counters_; }
    const LinkSettings& settings() const { return settings_; }
    std::size_t receive_buffer_bytes() const { return granted_bytes_; }  // what the kernel really gave
    std::size_t per_packet() const { return per_packet_; }               // words
    std::size_t most_packets() const;                                    // that the receive buffer holds
    std::uint16_t local_port() const;

  private:
    using Time = std::chrono::steady_clock::time_point;
    enum class Wake : std::uint8_t { READABLE, EXPIRED, STOPPED };

    explicit Link(const LinkSettings& settings);
    proto::Status open_socket();
    Wake wait(Time deadline, bool for_datagram);
    proto::Status send(const Request& request);
    void drain();
    // Takes datagrams, all that have come at a time, until `use` says of one that it is what was waited for
    // (true) or the deadline has passed (false).
    // Datagrams of other senders are counted and go no further.
    proto::Result<bool> take_until(Time deadline, const std::function<bool(std::span<const std::byte>)>& use);
    void count(Verdict verdict);
    proto::Status check(const AckStatus& status);
    proto::Error silent(Command command) const;
    // The answer to the next request, and what tells it from those before.
    Expected expect(Command command, std::uint32_t address, std::size_t words);
    void note(const Expected& expected, const Answer& answer);

    // One request sent once, and 0xEE for its answer.
    enum class Came : std::uint8_t { ANSWER, PREVIOUS, NOTHING };
    proto::Result<Came> exchange(const Request& request, const Expected& expected,
                                 const std::function<void(const Answer&)>& use);
    // The same, sent again with a new identifier as long as the module lives: for what changes nothing.
    proto::Status repeat(const std::function<Request(std::uint8_t)>& make,
                         const std::function<Expected()>& expected,
                         const std::function<bool(const Answer&)>& use);

    LinkSettings settings_;
    Generation generation_ = Generation::WITH_IDENTIFIER;
    std::size_t per_packet_ = packet_words;
    std::size_t granted_bytes_ = 0;
    std::uint8_t id_ = 0;
    // LEGACY: the request counter bit of the last answer; none while the module may have counted on unseen.
    std::optional<bool> last_counter_;
    LinkCounters counters_;

    boost::asio::io_context io_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
    boost::asio::ip::udp::socket socket_{io_};
    boost::asio::steady_timer timer_{io_};
    boost::asio::ip::udp::endpoint module_;
    bool waits_readable_ = false;
    bool readable_ = false;
    std::uint64_t waits_ = 0;
    std::uint64_t expired_wait_ = 0;
    std::unique_ptr<Burst> burst_;
    std::stop_token stop_;
    std::optional<std::stop_callback<std::function<void()>>> on_stop_;
};

}  // namespace spillgate::hw::sis3316

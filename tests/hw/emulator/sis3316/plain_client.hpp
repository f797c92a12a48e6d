// A small client of an emulated SIS3316, of its own making: it sends bytes and looks at bytes.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <netinet/in.h>

#include "proto/schema/emulator.pb.h"

namespace spillgate::test {

using Bytes = std::vector<std::uint8_t>;

// "10 00 04000000" → bytes; blanks are ignored.
Bytes bytes_of(const std::string& hex);

// A module with a pattern of few triggers per second, that nothing triggers but what the client says.
config::EmulatedModule pattern_module(double trigger_hz = 50);

// Waits for at most 20 s.
bool eventually(const std::function<bool()>& condition);

class PlainClient {
  public:
    // Legacy: without identifiers.
    explicit PlainClient(const std::string& endpoint, bool legacy = false);
    ~PlainClient();
    PlainClient(const PlainClient&) = delete;
    PlainClient& operator=(const PlainClient&) = delete;

    void send(const Bytes& bytes);
    // Empty if nothing came in time.
    std::optional<Bytes> receive(std::chrono::milliseconds timeout = std::chrono::seconds(20));
    // Nothing more comes: asked by a link read that must be answered next.
    bool is_silent();
    Bytes ask(const Bytes& bytes);  // one answer; REQUIREs it

    using Register = std::pair<std::uint32_t, std::uint32_t>;
    std::uint32_t read_link(std::uint32_t address);
    void write_link(std::uint32_t address, std::uint32_t value);
    std::vector<std::uint32_t> read_all(const std::vector<std::uint32_t>& addresses);
    std::uint32_t read(std::uint32_t address) { return read_all({address}).front(); }
    void write_all(const std::vector<Register>& registers);
    void write(std::uint32_t address, std::uint32_t value) { write_all({{address, value}}); }
    void press(std::uint32_t key) { write(key, 0); }
    std::uint8_t status() const { return status_; }  // of the last answer that has one
    // Words of group's FIFO, in one request; packets must come in order.
    std::vector<std::uint32_t> fifo(unsigned group, std::uint32_t count);

    void take_grant();
    // All words of a channel's closed bank, as §8.7 of the specification reads them.
    std::vector<std::uint32_t> read_bank(unsigned channel, unsigned bank);

  private:
    int socket_;
    sockaddr_in module_{};
    bool legacy_;
    std::uint8_t id_ = 0;
    std::uint8_t status_ = 0;
    Bytes head(std::uint8_t command, std::uint32_t count);
    std::size_t answer_head() const { return legacy_ ? 2 : 3; }
};

}  // namespace spillgate::test

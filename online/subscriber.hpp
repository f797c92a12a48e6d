// Receives what daemons publish: one ZeroMQ SUB socket per daemon, so that one daemon's flood cannot crowd
// out another.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <zmq.hpp>

#include "proto/wire.hpp"

namespace spillgate::online {

// One multipart message, its shape checked, its content not yet.
struct RawMessage {
    std::size_t daemon = 0;  // index into the endpoints
    proto::Topic topic{};
    zmq::message_t header;
    zmq::message_t samples;  // of a SPILL
    std::span<const std::byte> header_bytes() const;
    std::span<const std::byte> sample_bytes() const;
};

// Owns sockets; single-threaded. Daemons may start later, or restart: ZeroMQ connects again by itself.
class Subscriber {
  public:
    // `high_water`: messages that may wait per daemon before new ones are dropped (found by sequence number).
    // Throws proto::Failure if an endpoint is impossible.
    Subscriber(const std::vector<std::string>& endpoints, int high_water);

    // Waits at most `timeout` for a first message, then takes what is there, at most `limit`, fairly over
    // daemons. Appends.
    void receive(std::vector<RawMessage>& out, std::size_t limit, std::chrono::milliseconds timeout);

    // Messages of a wrong shape or unknown topic, dropped.
    std::uint64_t bad_messages() const { return bad_messages_; }

  private:
    bool take(std::size_t daemon, std::vector<RawMessage>& out);

    zmq::context_t context_;
    std::vector<zmq::socket_t> sockets_;
    std::vector<zmq::pollitem_t> poll_items_;
    std::uint64_t bad_messages_ = 0;
};

}  // namespace spillgate::online

#include "online/subscriber.hpp"

#include <optional>

#include <fmt/format.h>

namespace spillgate::online {
namespace {

std::optional<proto::Topic> topic_of(const zmq::message_t& frame) {
    using proto::Topic;
    for (const Topic topic : {Topic::SPILL, Topic::VERDICT, Topic::RUN, Topic::STATUS}) {
        if (frame.to_string_view() == proto::name_of(topic)) return topic;
    }
    return std::nullopt;
}

std::span<const std::byte> bytes_of(const zmq::message_t& frame) {
    return {static_cast<const std::byte*>(frame.data()), frame.size()};
}

}  // namespace

std::span<const std::byte> RawMessage::header_bytes() const {
    return bytes_of(header);
}
std::span<const std::byte> RawMessage::sample_bytes() const {
    return bytes_of(samples);
}

Subscriber::Subscriber(const std::vector<std::string>& endpoints, int high_water) {
    for (const std::string& endpoint : endpoints) {
        try {
            zmq::socket_t socket(context_, zmq::socket_type::sub);
            socket.set(zmq::sockopt::rcvhwm, high_water);
            socket.set(zmq::sockopt::linger, 0);
            socket.set(zmq::sockopt::maxmsgsize, static_cast<std::int64_t>(proto::max_payload_bytes));
            socket.set(zmq::sockopt::reconnect_ivl, 50);
            socket.set(zmq::sockopt::reconnect_ivl_max, 1000);
            socket.set(zmq::sockopt::subscribe, "");
            socket.connect(endpoint);
            sockets_.push_back(std::move(socket));
        } catch (const zmq::error_t& failure) {
            throw proto::Failure(proto::error(
                proto::ErrorKind::IO, fmt::format("cannot subscribe to {}: {}", endpoint, failure.what()),
                failure.num()));
        }
    }
    for (auto& socket : sockets_)
        poll_items_.push_back({socket.handle(), 0, ZMQ_POLLIN, 0});
}

void Subscriber::receive(std::vector<RawMessage>& out, std::size_t limit, std::chrono::milliseconds timeout) {
    try {
        if (zmq::poll(poll_items_, timeout) <= 0) return;
        bool any = true;
        while (any && out.size() < limit) {
            any = false;
            for (std::size_t daemon = 0; daemon < sockets_.size() && out.size() < limit; ++daemon) {
                any |= take(daemon, out);
            }
        }
    } catch (const zmq::error_t& failure) {
        if (failure.num() != EINTR) ++bad_messages_;
    }
}

// True if there was a message, good or bad.
bool Subscriber::take(std::size_t daemon, std::vector<RawMessage>& out) {
    zmq::socket_t& socket = sockets_[daemon];
    zmq::message_t topic;
    if (!socket.recv(topic, zmq::recv_flags::dontwait)) return false;
    RawMessage message;
    message.daemon = daemon;
    std::size_t parts = 1;
    zmq::message_t surplus;
    for (bool more = topic.more(); more; ++parts) {
        zmq::message_t& frame = parts == 1 ? message.header : parts == 2 ? message.samples : surplus;
        if (!socket.recv(frame)) break;
        more = frame.more();
    }
    const auto known = topic_of(topic);
    const std::size_t expected = known == proto::Topic::SPILL ? 3 : 2;
    if (!known || parts != expected || message.header.size() > proto::max_header_bytes) {
        ++bad_messages_;
        return true;
    }
    message.topic = *known;
    out.push_back(std::move(message));
    return true;
}

}  // namespace spillgate::online

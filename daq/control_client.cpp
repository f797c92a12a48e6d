#include "daq/control_client.hpp"

#include <utility>

#include <fmt/format.h>

namespace spillgate::daq {

ControlClient::ControlClient(zmq::context_t& context, std::string endpoint)
    : context_(context), endpoint_(std::move(endpoint)) {
    connect();
}

void ControlClient::connect() {
    socket_ = zmq::socket_t(context_, zmq::socket_type::dealer);
    socket_.set(zmq::sockopt::linger, 0);
    socket_.set(zmq::sockopt::sndhwm, 16);
    socket_.set(zmq::sockopt::sndtimeo, 0);
    socket_.connect(endpoint_);
}

void ControlClient::send(const wire::Request& request) {
    const auto bytes = request.SerializeAsString();
    socket_.send(zmq::buffer(bytes), zmq::send_flags::dontwait);
}

bool ControlClient::collect(wire::Reply& reply) {
    bool any = false;
    zmq::message_t message;
    while (socket_.recv(message, zmq::recv_flags::dontwait))
        any = reply.ParseFromArray(message.data(), static_cast<int>(message.size())) || any;
    return any;
}

proto::Result<wire::Reply> ControlClient::ask(const wire::Request& request,
                                              std::chrono::milliseconds timeout) {
    try {
        send(request);
        zmq::pollitem_t item{socket_.handle(), 0, ZMQ_POLLIN, 0};
        zmq::poll(&item, 1, timeout);
        wire::Reply reply;
        if (!(item.revents & ZMQ_POLLIN)) {
            connect();  // forgets the request, so its reply cannot be mistaken for another's
            return proto::error(proto::ErrorKind::TIMED_OUT,
                                fmt::format("no answer from {} within {} ms", endpoint_, timeout.count()));
        }
        if (!collect(reply))
            return proto::error(proto::ErrorKind::CORRUPT,
                                fmt::format("the answer from {} is not a reply", endpoint_));
        return reply;
    } catch (const zmq::error_t& e) {
        return proto::error(proto::ErrorKind::IO, fmt::format("{}: {}", endpoint_, e.what()), e.num());
    }
}

}  // namespace spillgate::daq

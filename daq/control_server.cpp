#include "daq/control_server.hpp"

#include <utility>
#include <vector>

#include <fmt/format.h>

namespace spillgate::daq {

namespace {
constexpr std::int64_t longest_request = 1 << 20;
constexpr auto stop_look = std::chrono::milliseconds(50);
}  // namespace

proto::Result<std::unique_ptr<ControlServer>> ControlServer::bind(const std::string& endpoint,
                                                                  Handler handler) {
    try {
        zmq::context_t context(1);
        zmq::socket_t socket(context, zmq::socket_type::router);
        socket.set(zmq::sockopt::linger, 200);
        socket.set(zmq::sockopt::maxmsgsize, longest_request);
        socket.set(zmq::sockopt::rcvhwm, 100);  // a flood waits at its sender; each client has its own queue
        socket.set(zmq::sockopt::sndhwm, 100);
        socket.bind(endpoint);
        return std::unique_ptr<ControlServer>(
            new ControlServer(std::move(context), std::move(socket), std::move(handler)));
    } catch (const zmq::error_t& e) {
        return proto::error(proto::ErrorKind::IO, fmt::format("cannot listen at {}: {}", endpoint, e.what()),
                            e.num());
    }
}

ControlServer::ControlServer(zmq::context_t context, zmq::socket_t socket, Handler handler)
    : context_(std::move(context)), socket_(std::move(socket)), handler_(std::move(handler)) {
    thread_ = std::thread([this] { run(); });
}

ControlServer::~ControlServer() {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
}

void ControlServer::run() {
    while (!stopping_) {
        try {
            zmq::pollitem_t item{socket_.handle(), 0, ZMQ_POLLIN, 0};
            zmq::poll(&item, 1, stop_look);
            if (item.revents & ZMQ_POLLIN) serve_one();
        } catch (const zmq::error_t&) {
            malformed_.fetch_add(1);
        }
    }
}

// Frames: [identity][request] from a DEALER, [identity][][request] from a REQ.
void ControlServer::serve_one() {
    std::vector<zmq::message_t> frames;
    for (bool more = true; more;) {
        zmq::message_t frame;
        if (!socket_.recv(frame, zmq::recv_flags::dontwait)) return;
        more = frame.more();
        if (frames.size() < 4) frames.push_back(std::move(frame));
    }
    const bool delimited = frames.size() == 3 && frames[1].empty();
    wire::Request request;
    if ((frames.size() != 2 && !delimited) ||
        !request.ParseFromArray(frames.back().data(), static_cast<int>(frames.back().size()))) {
        malformed_.fetch_add(1);
        return;
    }
    const auto reply = handler_(request).SerializeAsString();
    bool sent = socket_.send(frames[0], zmq::send_flags::sndmore | zmq::send_flags::dontwait).has_value();
    if (sent && delimited) socket_.send(zmq::message_t(), zmq::send_flags::sndmore);
    if (sent) sent = socket_.send(zmq::buffer(reply), zmq::send_flags::dontwait).has_value();
    if (!sent) unanswered_.fetch_add(1);
}

}  // namespace spillgate::daq

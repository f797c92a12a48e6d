#include "hw/emulator/control_socket.hpp"

#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "proto/endpoints.hpp"

namespace spillgate::hw::emulator {

namespace {

constexpr std::int64_t longest_request = 1 << 16;
constexpr auto stop_look = std::chrono::milliseconds(50);
constexpr std::string_view scheme = "ipc://";

}  // namespace

proto::Result<std::unique_ptr<ControlSocket>> ControlSocket::bind(const std::string& endpoint,
                                                                  Handler handler) {
    if (endpoint.starts_with(scheme)) {
        const auto folder = std::filesystem::path(endpoint.substr(scheme.size())).parent_path();
        if (auto status = proto::prepare_runtime_dir(folder.string()); !status) return status.error();
    }
    try {
        zmq::context_t context(1);
        zmq::socket_t socket(context, zmq::socket_type::rep);
        socket.set(zmq::sockopt::linger, 200);
        socket.set(zmq::sockopt::maxmsgsize, longest_request);
        socket.bind(endpoint);
        return std::unique_ptr<ControlSocket>(
            new ControlSocket(std::move(context), std::move(socket), std::move(handler)));
    } catch (const zmq::error_t& e) {
        return proto::error(proto::ErrorKind::IO,
                            fmt::format("control_endpoint: cannot listen at {}: {}", endpoint, e.what()),
                            e.num());
    }
}

ControlSocket::ControlSocket(zmq::context_t context, zmq::socket_t socket, Handler handler)
    : context_(std::move(context)), socket_(std::move(socket)), handler_(std::move(handler)) {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void ControlSocket::run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        try {
            zmq::pollitem_t item{socket_.handle(), 0, ZMQ_POLLIN, 0};
            zmq::poll(&item, 1, stop_look);
            if (item.revents & ZMQ_POLLIN) serve_one();
        } catch (const zmq::error_t&) {
            // A client that went away between its request and the reply.
            continue;
        }
    }
}

void ControlSocket::serve_one() {
    zmq::message_t frame;
    if (!socket_.recv(frame, zmq::recv_flags::dontwait)) return;
    config::EmulatorRequest request;
    config::EmulatorReply reply;
    const bool is_whole =
        !frame.more() && request.ParseFromArray(frame.data(), static_cast<int>(frame.size()));
    while (frame.more())
        if (!socket_.recv(frame, zmq::recv_flags::dontwait)) break;
    if (is_whole) {
        reply = handler_(request);
    } else {
        reply.set_ok(false);
        reply.set_error("not an EmulatorRequest in one frame");
    }
    (void)socket_.send(zmq::buffer(reply.SerializeAsString()), zmq::send_flags::dontwait);
}

}  // namespace spillgate::hw::emulator

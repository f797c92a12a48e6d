#include "online/control_client.hpp"

#include <fmt/format.h>
#include <zmq.hpp>

#include "proto/endpoints.hpp"

namespace spillgate::online {
namespace {

constexpr std::size_t max_waiting = 64;

// A REQ socket that got no answer is of no further use, so each request has its own.
proto::Result<wire::Reply> ask(zmq::context_t& context, const std::string& endpoint,
                               const wire::Request& request, std::chrono::milliseconds patience) {
    try {
        zmq::socket_t socket(context, zmq::socket_type::req);
        socket.set(zmq::sockopt::linger, 0);
        socket.set(zmq::sockopt::sndtimeo, static_cast<int>(patience.count()));
        socket.set(zmq::sockopt::rcvtimeo, static_cast<int>(patience.count()));
        socket.connect(endpoint);
        zmq::message_t answer;
        if (!socket.send(zmq::buffer(request.SerializeAsString()), zmq::send_flags::none) ||
            !socket.recv(answer)) {
            return proto::error(proto::ErrorKind::TIMED_OUT,
                                fmt::format("the daemon did not answer within {} s",
                                            std::chrono::duration<double>(patience).count()));
        }
        wire::Reply reply;
        if (!reply.ParseFromArray(answer.data(), static_cast<int>(answer.size()))) {
            return proto::error(proto::ErrorKind::CORRUPT, "the daemon's answer cannot be read");
        }
        return reply;
    } catch (const zmq::error_t& failure) {
        return proto::error(proto::ErrorKind::IO, fmt::format("{}: {}", endpoint, failure.what()),
                            failure.num());
    }
}

}  // namespace

ControlClient::ControlClient(std::string runtime_dir, std::chrono::milliseconds patience)
    : runtime_dir_(std::move(runtime_dir)),
      patience_(patience),
      thread_([this](const std::stop_token& stop) { serve(stop); }) {}

ControlClient::~ControlClient() {
    thread_.request_stop();
}

bool ControlClient::post(std::string daemon, wire::Request request, Answer answer) {
    {
        const std::lock_guard lock(mutex_);
        if (waiting_.size() >= max_waiting) return false;
        waiting_.push_back({std::move(daemon), std::move(request), std::move(answer)});
    }
    filled_.notify_one();
    return true;
}

void ControlClient::serve(const std::stop_token& stop) {
    zmq::context_t context;
    std::unique_lock lock(mutex_);
    while (filled_.wait(lock, stop, [&] { return !waiting_.empty(); })) {
        if (stop.stop_requested()) return;
        const Item item = std::move(waiting_.front());
        waiting_.pop_front();
        lock.unlock();
        item.answer(
            ask(context, proto::control_endpoint(runtime_dir_, item.daemon), item.request, patience_));
        lock.lock();
    }
}

}  // namespace spillgate::online

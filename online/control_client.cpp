#include "online/control_client.hpp"

#include <fmt/format.h>
#include <zmq.hpp>

#include "online/niceness.hpp"
#include "proto/endpoints.hpp"

namespace spillgate::online {
namespace {

constexpr std::size_t max_waiting = 16;  // for one daemon
constexpr std::size_t max_reports = 2;
constexpr std::size_t max_lanes = 64;

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

class ControlClient::Lane {
  public:
    Lane(std::string endpoint, std::chrono::milliseconds patience)
        : endpoint_(std::move(endpoint)),
          patience_(patience),
          thread_([this](const std::stop_token& stop) { serve(stop); }) {}

    void stop() { thread_.request_stop(); }

    bool post(wire::Request request, Answer answer) {
        {
            const std::lock_guard lock(mutex_);
            auto& queue = request.has_loss() ? reports_ : waiting_;
            if (queue.size() >= (request.has_loss() ? max_reports : max_waiting)) return false;
            queue.push_back({std::move(request), std::move(answer)});
        }
        filled_.notify_one();
        return true;
    }

  private:
    struct Item {
        wire::Request request;
        Answer answer;
    };

    void serve(const std::stop_token& stop) {
        give_way(console_niceness);
        zmq::context_t context;
        std::unique_lock lock(mutex_);
        while (filled_.wait(lock, stop, [&] { return !waiting_.empty() || !reports_.empty(); })) {
            if (stop.stop_requested()) return;
            auto& queue = waiting_.empty() ? reports_ : waiting_;
            const Item item = std::move(queue.front());
            queue.pop_front();
            lock.unlock();
            item.answer(ask(context, endpoint_, item.request, patience_));
            lock.lock();
        }
    }

    std::string endpoint_;
    std::chrono::milliseconds patience_;
    std::mutex mutex_;
    std::condition_variable_any filled_;
    std::deque<Item> waiting_;
    std::deque<Item> reports_;
    std::jthread thread_;
};

ControlClient::ControlClient(std::string runtime_dir, std::chrono::milliseconds patience)
    : runtime_dir_(std::move(runtime_dir)), patience_(patience) {}

// All are asked before any is waited for.
ControlClient::~ControlClient() {
    for (auto& [daemon, lane] : lanes_)
        lane->stop();
}

bool ControlClient::post(const std::string& daemon, wire::Request request, Answer answer) {
    Lane* lane = nullptr;
    {
        const std::lock_guard lock(mutex_);
        auto& found = lanes_[daemon];
        if (!found) {
            if (lanes_.size() > max_lanes) {
                lanes_.erase(daemon);
                return false;
            }
            found = std::make_unique<Lane>(proto::control_endpoint(runtime_dir_, daemon), patience_);
        }
        lane = found.get();  // stays until this is destroyed
    }
    return lane->post(std::move(request), std::move(answer));
}

}  // namespace spillgate::online

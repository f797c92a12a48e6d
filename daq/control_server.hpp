// Answers requests on a daemon's control socket. Owns a thread and a socket.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include <zmq.hpp>

#include "proto/result.hpp"
#include "proto/schema/control.pb.h"

namespace spillgate::daq {

// What is not a request (wrong frames, too long, not the schema's bytes) is counted and ignored: whoever
// floods the socket costs a count, not an answer. A request of no known verb is refused in words.
class ControlServer {
  public:
    // Called on the server's thread; must return at once.
    using Handler = std::function<wire::Reply(const wire::Request&)>;

    // Errors: IO.
    static proto::Result<std::unique_ptr<ControlServer>> bind(const std::string& endpoint, Handler handler);
    ~ControlServer();  // within 200 ms

    std::uint64_t malformed() const { return malformed_.load(std::memory_order_relaxed); }
    std::uint64_t unanswered() const { return unanswered_.load(std::memory_order_relaxed); }

  private:
    ControlServer(zmq::context_t context, zmq::socket_t socket, Handler handler);
    void run();
    void serve_one();

    zmq::context_t context_;
    zmq::socket_t socket_;
    Handler handler_;
    std::atomic<std::uint64_t> malformed_{0};
    std::atomic<std::uint64_t> unanswered_{0};  // replies that their client did not take
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

}  // namespace spillgate::daq

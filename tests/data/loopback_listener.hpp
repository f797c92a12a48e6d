// Takes TCP connections on a free port of loopback, one after the other.
#pragma once

#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

namespace spillgate::test {

enum class Connection { CLOSE, HOLD };  // HOLD: it stays open, unanswered, as long as the listener

class LoopbackListener {  // owns a socket and a thread
  public:
    // answer(connection): on the listener's thread, so its owner declares it after all that `answer` touches.
    explicit LoopbackListener(std::function<Connection(int)> answer);
    ~LoopbackListener();
    LoopbackListener(const LoopbackListener&) = delete;
    LoopbackListener& operator=(const LoopbackListener&) = delete;

    std::uint16_t port() const { return port_; }

  private:
    void serve();

    const std::function<Connection(int)> answer_;
    const int socket_;
    std::uint16_t port_ = 0;
    std::vector<int> held_;
    std::thread thread_;
};

}  // namespace spillgate::test

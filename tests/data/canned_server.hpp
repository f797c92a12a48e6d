// A server that answers whatever it is asked with bytes that were chosen before.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace spillgate::test {

class CannedServer {  // owns a socket and a thread
  public:
    enum class Then { CLOSE, REPEAT, HOLD };  // REPEAT: the last kilobyte until the client has gone
    explicit CannedServer(std::string answer, Then then = Then::CLOSE);
    ~CannedServer();
    CannedServer(const CannedServer&) = delete;
    CannedServer& operator=(const CannedServer&) = delete;

    std::string url() const;
    std::vector<std::string> requests() const;  // what has come so far: heads, and bodies that came with them

  private:
    void serve();
    void answer(int connection);

    const std::string answer_;
    const Then then_;
    int socket_ = -1;
    std::uint16_t port_ = 0;
    mutable std::mutex mutex_;
    std::vector<std::string> requests_;
    std::vector<int> held_;
    std::thread thread_;
};

}  // namespace spillgate::test

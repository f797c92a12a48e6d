// A server that answers whatever it is asked with bytes that were chosen before.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "tests/data/loopback_listener.hpp"

namespace spillgate::test {

class CannedServer {  // owns a listener
  public:
    enum class Then { CLOSE, REPEAT, HOLD };  // REPEAT: the last kilobyte until the client has gone
    explicit CannedServer(std::string answer, Then then = Then::CLOSE);

    std::string url() const;
    std::vector<std::string> requests() const;  // what has come so far: heads, and bodies that came with them

  private:
    Connection answer(int connection);

    const std::string answer_;
    const Then then_;
    mutable std::mutex mutex_;
    std::vector<std::string> requests_;
    LoopbackListener listener_;
};

}  // namespace spillgate::test

// An HTTP server that answers with one status after the other and remembers what it was sent.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "tests/data/loopback_listener.hpp"

namespace spillgate::test {

class WebhookSink {  // owns a listener
  public:
    // The last status goes for all later requests; 0: it takes the request and never answers.
    explicit WebhookSink(std::vector<int> statuses);

    std::string url(const std::string& path) const;
    // Whole requests, once there are so many; fewer after a minute.
    std::vector<std::string> requests(std::size_t count);

  private:
    Connection answer(int connection);

    std::vector<int> statuses_;
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::vector<std::string> requests_;
    LoopbackListener listener_;
};

}  // namespace spillgate::test

// An HTTP server that answers with one status after the other and remembers what it was sent.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace spillgate::test {

class WebhookSink {  // owns a socket and a thread
  public:
    // The last status goes for all later requests; 0: it takes the request and never answers.
    explicit WebhookSink(std::vector<int> statuses);
    ~WebhookSink();
    WebhookSink(const WebhookSink&) = delete;
    WebhookSink& operator=(const WebhookSink&) = delete;

    std::string url(const std::string& path) const;
    // Whole requests, once there are so many; fewer after a minute.
    std::vector<std::string> requests(std::size_t count);

  private:
    void serve();
    void answer(int connection);

    std::vector<int> statuses_;
    int socket_ = -1;
    std::uint16_t port_ = 0;
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::vector<std::string> requests_;
    std::vector<int> held_;  // connections that get no answer
    std::thread thread_;
};

}  // namespace spillgate::test

// What takes longer than the server's thread may: done elsewhere, one after the other.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace spillgate::online {

// Owns a thread, of lower priority than the server's. Stops after the task that it is at.
class Worker {
  public:
    explicit Worker(std::size_t max_waiting);
    ~Worker();
    // False: too many wait already.
    bool post(std::function<void()> task);

  private:
    void serve(const std::stop_token& stop);

    std::size_t max_waiting_;
    std::mutex mutex_;
    std::condition_variable_any filled_;
    std::deque<std::function<void()>> waiting_;
    std::jthread thread_;
};

}  // namespace spillgate::online

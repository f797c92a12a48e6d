// A thread for what must not keep others waiting: a bounded queue of tasks, and a tick.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace spillgate::online {

class Worker {  // owns a thread; stops when the task at hand has ended
  public:
    using Task = std::function<void()>;
    struct Options {
        std::size_t queue = 256;
        int niceness = 10;
        std::chrono::milliseconds tick_period{0};  // 0: none
        Task tick;
    };
    struct Counts {
        std::uint64_t done = 0;
        std::uint64_t dropped = 0;  // the queue was full
        std::size_t waiting = 0;
    };

    explicit Worker(Options options);
    explicit Worker(std::size_t max_waiting) : Worker(Options{max_waiting, 15, {}, {}}) {}
    ~Worker() { stop(); }
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    // False: the queue is full (counted), or the worker stops. From any thread; waits for nothing. Tasks must
    // not throw; one that does is counted as done and its error logged.
    bool post(Task task);
    void stop();  // what still waits is dropped
    Counts counts() const;

  private:
    void run();
    bool next(Task& task);

    Options options_;
    mutable std::mutex mutex_;
    std::condition_variable woken_;
    std::deque<Task> tasks_;
    std::chrono::steady_clock::time_point tick_at_;
    Counts counts_;
    bool stopping_ = false;
    bool ticked_ = false;  // the last turn was the tick's
    std::thread thread_;
};

}  // namespace spillgate::online

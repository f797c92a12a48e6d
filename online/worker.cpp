#include "online/worker.hpp"

#include <utility>

#include "online/niceness.hpp"

namespace spillgate::online {
namespace {

constexpr int worker_niceness = 15;

}  // namespace

Worker::Worker(std::size_t max_waiting)
    : max_waiting_(max_waiting), thread_([this](const std::stop_token& stop) { serve(stop); }) {}

Worker::~Worker() {
    thread_.request_stop();
}

bool Worker::post(std::function<void()> task) {
    {
        const std::lock_guard lock(mutex_);
        if (waiting_.size() >= max_waiting_) return false;
        waiting_.push_back(std::move(task));
    }
    filled_.notify_one();
    return true;
}

void Worker::serve(const std::stop_token& stop) {
    give_way(worker_niceness);
    std::unique_lock lock(mutex_);
    while (filled_.wait(lock, stop, [&] { return !waiting_.empty(); })) {
        if (stop.stop_requested()) return;
        const auto task = std::move(waiting_.front());
        waiting_.pop_front();
        lock.unlock();
        task();
        lock.lock();
    }
}

}  // namespace spillgate::online

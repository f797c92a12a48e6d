#include "online/worker.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include <spdlog/spdlog.h>

#include "online/niceness.hpp"

namespace spillgate::online {

Worker::Worker(Options options)
    : options_(std::move(options)), tick_at_(std::chrono::steady_clock::now()), thread_([this] { run(); }) {}

bool Worker::post(Task task) {
    {
        const std::lock_guard lock(mutex_);
        if (stopping_) return false;
        if (tasks_.size() >= options_.queue) {
            ++counts_.dropped;
            return false;
        }
        tasks_.push_back(std::move(task));
    }
    woken_.notify_one();
    return true;
}

void Worker::stop() {
    std::deque<Task> left;
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        left.swap(tasks_);
    }
    woken_.notify_one();
    if (thread_.joinable()) thread_.join();
}

Worker::Counts Worker::counts() const {
    const std::lock_guard lock(mutex_);
    Counts counts = counts_;
    counts.waiting = tasks_.size();
    return counts;
}

// Waits for a task or the tick, which goes first: a full queue must not keep it from coming.
bool Worker::next(Task& task) {
    std::unique_lock lock(mutex_);
    const bool ticks = options_.tick_period.count() > 0;
    const auto ready = [this] { return stopping_ || !tasks_.empty(); };
    while (!stopping_) {
        const auto now = std::chrono::steady_clock::now();
        // A tick that takes longer than its period must not keep all tasks from their turn either.
        if (ticks && now >= tick_at_ && (!ticked_ || tasks_.empty())) {
            tick_at_ = std::max(tick_at_ + options_.tick_period, now);  // those missed are not made up for
            ticked_ = true;
            task = options_.tick;
            return true;
        }
        if (!tasks_.empty()) {
            ticked_ = false;
            task = std::move(tasks_.front());
            tasks_.pop_front();
            ++counts_.done;
            return true;
        }
        if (ticks)
            woken_.wait_until(lock, tick_at_, ready);
        else
            woken_.wait(lock, ready);
    }
    return false;
}

void Worker::run() {
    give_way(options_.niceness);
    Task task;
    while (next(task)) {
        try {
            task();
        } catch (const std::exception& unexpected) {
            spdlog::error("a task of the console failed: {}", unexpected.what());
        }
        task = nullptr;
    }
}

}  // namespace spillgate::online

#include "daq/source_threads.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <utility>

#include <fmt/format.h>

namespace spillgate::daq {

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto retry_after = std::chrono::seconds(1);

bool is_a_device_failure(proto::ErrorKind kind) {
    return kind == proto::ErrorKind::IO || kind == proto::ErrorKind::CLOSED ||
           kind == proto::ErrorKind::TIMED_OUT;
}

// Sleeps, but not past a stop request.
void wait_or_stop(std::chrono::milliseconds time, const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any stopped;
    std::unique_lock lock(mutex);
    stopped.wait_for(lock, stop, time, [] { return false; });
}

}  // namespace

// Passes batches on and remembers what is needed to end or interrupt the stream properly.
class SourceThreads::WatchedSink final : public hw::Sink {
  public:
    WatchedSink(hw::Sink& lane, hw::SourceInfo info, Journal& journal)
        : lane_(lane), info_(std::move(info)), journal_(journal) {
        watermark_.domain = info_.clock_domain;  // of a device that is lost before it has said anything
    }

    hw::Batch empty() override { return lane_.empty(); }
    bool wait_and_put(hw::Batch&& batch) override {
        note(batch);
        waits_ = true;
        return lane_.wait_and_put(std::move(batch));
    }
    bool put_or_drop(hw::Batch&& batch) override {
        note(batch);
        waits_ = false;
        return lane_.put_or_drop(std::move(batch));
    }

    void lose(const std::string& reason) {
        journal_.error("device-lost", fmt::format("source {} is lost: {}", info_.name, reason));
        if (!remember_loss(reason)) return;
        hw::DeviceEvent event;
        event.kind = hw::DeviceEvent::Kind::LOST;
        event.time = event.until = watermark_;
        event.name = reason;
        event.count = 1;
        hw::Batch batch = lane_.empty();
        batch.device_events.push_back(std::move(event));
        put(std::move(batch));
    }

    SourceState state() const {
        const std::lock_guard lock(mutex_);
        auto state = state_;
        if (lost_) state.lost_for_s = std::chrono::duration<double>(Clock::now() - lost_since_).count();
        return state;
    }
    const hw::SourceInfo& info() const { return info_; }

    void end() {
        if (ended_) return;
        hw::Batch batch = lane_.empty();
        batch.last = true;
        put(std::move(batch));
    }

  private:
    void note(const hw::Batch& batch) {
        watermark_ = batch.watermark;
        ended_ = ended_ || batch.last;
        if (lost_) come_back();
    }
    // Whether it is a loss anew, or another vain attempt to get it back.
    bool remember_loss(const std::string& reason) {
        const std::lock_guard lock(mutex_);
        state_.trouble = reason;
        if (lost_) return false;
        lost_ = state_.lost = true;
        lost_since_ = Clock::now();
        ++state_.losses;
        return true;
    }
    void come_back() {
        const std::lock_guard lock(mutex_);
        lost_ = state_.lost = false;
        state_.trouble.clear();
        journal_.warn("device-back",
                      fmt::format("source {} is back after {:.1f} s", info_.name,
                                  std::chrono::duration<double>(Clock::now() - lost_since_).count()));
    }
    void put(hw::Batch&& batch) {
        batch.board = info_.board;
        batch.watermark = watermark_;
        if (waits_)
            lane_.wait_and_put(std::move(batch));
        else
            lane_.put_or_drop(std::move(batch));
    }

    hw::Sink& lane_;
    hw::SourceInfo info_;
    Journal& journal_;
    proto::ClockTime watermark_;
    bool waits_ = true;
    bool ended_ = false;

    std::atomic<bool> lost_ = false;  // written under the mutex
    mutable std::mutex mutex_;
    SourceState state_;
    Clock::time_point lost_since_;
};

SourceThreads::SourceThreads(std::vector<std::unique_ptr<hw::Source>> sources, SourceQueue& queue,
                             Journal& journal)
    : sources_(std::move(sources)), journal_(journal) {
    for (const auto& source : sources_) {
        infos_.push_back(source->info());
        sinks_.push_back(
            std::make_unique<WatchedSink>(queue.add_lane(infos_.back()), infos_.back(), journal_));
    }
}

SourceThreads::~SourceThreads() {
    request_stop();
    join();
}

void SourceThreads::start() {
    for (std::size_t i = 0; i < sources_.size(); ++i)
        threads_.emplace_back(
            [this, i](const std::stop_token& stop) { guard(*sources_[i], *sinks_[i], stop); });
}

std::vector<SourceState> SourceThreads::states() const {
    std::vector<SourceState> states;
    states.reserve(sinks_.size());
    for (const auto& sink : sinks_)
        states.push_back(sink->state());
    return states;
}

void SourceThreads::request_stop() {
    for (auto& thread : threads_)
        thread.request_stop();
}

void SourceThreads::join() {
    for (auto& thread : threads_)
        if (thread.joinable()) thread.join();
}

// An exception of the source, or of a library that it uses (no memory), ends this source and not the daemon.
void SourceThreads::guard(hw::Source& source, WatchedSink& sink, const std::stop_token& stop) {
    try {
        run(source, sink, stop);
    } catch (const std::exception& exception) {
        journal_.error("source-failed",
                       fmt::format("source {} ended: {}", sink.info().name, exception.what()));
    }
    if (!stop.stop_requested()) sink.end();
}

void SourceThreads::run(hw::Source& source, WatchedSink& sink, const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        const auto status = source.run(sink, stop);
        if (status || stop.stop_requested()) break;
        const auto& error = status.error();
        if (!is_a_device_failure(error.kind)) {
            journal_.error("source-failed",
                           fmt::format("source {} ended: {}", sink.info().name, error.message));
            break;
        }
        sink.lose(error.message);
        wait_or_stop(retry_after, stop);
    }
}

}  // namespace spillgate::daq

// The newest of something, handed from one thread to all others.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <utility>

namespace spillgate::online {

// The lock covers a pointer copy only: publishing never waits for a reader's work.
template <class T>
class Board {
  public:
    using Pointer = std::shared_ptr<const T>;

    // Called after each publication, on the publisher's thread: it must not wait. Set before anybody
    // publishes.
    void notify(std::function<void()> published) { published_ = std::move(published); }

    void publish(Pointer newest) {
        {
            const std::lock_guard lock(mutex_);
            newest_.swap(newest);
        }
        if (published_) published_();
    }  // what it replaces is freed here, outside the lock

    Pointer newest() const {  // empty before the first
        const std::lock_guard lock(mutex_);
        return newest_;
    }

  private:
    mutable std::mutex mutex_;
    Pointer newest_;
    std::function<void()> published_;
};

}  // namespace spillgate::online

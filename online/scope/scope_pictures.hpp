// Pictures that consoles follow, made on a worker while somebody asks for them, and for equal wishes once.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "online/feed/topic.hpp"
#include "online/scope/scope_ring.hpp"
#include "online/scope/scope_wish.hpp"
#include "online/worker.hpp"

namespace spillgate::online {

class ScopePictures {
  public:
    using Clock = std::chrono::steady_clock;
    // `period`: between two pictures for one wish. All must outlive this, and the worker be stopped before
    // it.
    ScopePictures(const ScopeRing& ring, Worker& worker, std::chrono::milliseconds period)
        : ring_(ring), worker_(worker), period_(period) {}

    // Called on the worker's thread when a picture is there. Empty: nobody.
    void wake(std::function<void()> made);

    // As Topic has them; on one thread.
    std::uint64_t version(Clock::time_point now);
    SharedText text(const ScopeWish& wish, const std::string& key, std::uint64_t had, Clock::time_point now);

  private:
    struct Kept {
        SharedText text;
        std::uint64_t version = 0;     // in which it came
        std::uint64_t generation = 0;  // of the view that it is of
        std::uint64_t slot = 0;        // ScopeSlot::number; 0: none
        bool sealed = false;
        bool at_work = false;
        Clock::time_point not_before{};
        Clock::time_point asked_at{};
    };
    void make(const ScopeWish& wish, const std::string& key);
    void forget_old(Clock::time_point now);

    const ScopeRing& ring_;
    Worker& worker_;
    const std::chrono::milliseconds period_;
    std::mutex mutex_;
    std::map<std::string, Kept> kept_;
    std::uint64_t version_ = 1;  // a wish is heard of only once there is something to tell
    std::uint64_t generation_ = 0;
    std::optional<Clock::time_point> owed_;  // a picture of what is there already, too early to make
    std::function<void()> made_;
};

// "scope": {"scope": {…}} as scope_wish.hpp says; each message is a picture (scope_picture.hpp).
std::shared_ptr<Topic> scope_topic(std::shared_ptr<ScopePictures> pictures);

}  // namespace spillgate::online

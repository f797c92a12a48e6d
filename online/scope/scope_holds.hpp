// Views that somebody holds still, to step through them while the run goes on.
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <string>

#include "online/scope/scope_slot.hpp"

namespace spillgate::online {

// Each keeps its slots from being forgotten: there are few, and none for long. Single-threaded.
class ScopeHolds {
  public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::size_t most = 2;  // another one replaces the one that was asked for longest ago
    static constexpr std::chrono::minutes longest_silence{10};

    // Returns the name by which it is asked for.
    std::string add(std::shared_ptr<const ScopeView> view, Clock::time_point now);
    std::shared_ptr<const ScopeView> find(const std::string& name, Clock::time_point now);  // null: gone
    // Lets go of those that nobody has asked for.
    void forget(Clock::time_point now);

  private:
    struct Hold {
        std::string name;
        std::shared_ptr<const ScopeView> view;
        Clock::time_point asked_at;
    };
    std::list<Hold> holds_;  // asked for last comes last
    std::uint64_t made_ = 0;
};

}  // namespace spillgate::online

// Who may stay connected when not all can.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <vector>

namespace spillgate::online {

// What a connection is, from the one that goes first to the one that stays longest.
enum class Standing {
    UNKNOWN,  // its first request is not there yet, or not as a whole
    IDLE,     // so is the next one
    FEED,     // a WebSocket
    BUSY,     // a whole request is being served: stays
};

// A connection, as far as its place goes. Everything happens on the server's thread.
struct Guest {
    virtual ~Guest() = default;
    // Ends it without a word.
    virtual void evict() = 0;

    Standing standing = Standing::UNKNOWN;
    bool signed_in = false;
    std::chrono::steady_clock::time_point heard_at{};  // when it last said something
};

class Places {
  public:
    // `reserved` of `all` are only for those who have signed in.
    Places(std::size_t all, std::size_t reserved) : all_(all), reserved_(reserved) {}

    // Room for a newcomer, of whom nothing is known yet: the one that has been silent longest of those with
    // the lowest standing goes, if it must be. False: there is none that could.
    bool make_room();
    void enter(const std::shared_ptr<Guest>& guest) { guests_.push_back(guest); }
    std::size_t taken();
    std::size_t evicted() const { return evicted_; }

  private:
    void forget_gone();

    std::size_t all_;
    std::size_t reserved_;
    std::size_t evicted_ = 0;
    std::vector<std::weak_ptr<Guest>> guests_;
};

}  // namespace spillgate::online

// The feed for clients without WebSocket: each request waits until there is something new.
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <string>
#include <vector>

#include "online/feed/feed.hpp"

namespace spillgate::online {

// Used on the server's thread alone.
class Updates {
  public:
    using Clock = std::chrono::steady_clock;
    explicit Updates(Feed& feed) : feed_(feed) {}

    // GET /api/updates?since=VERSION&wait_s=20&topics=status,trend: what a WebSocket message has of these
    // topics that is newer than VERSION (0: all); after wait_s without news, the time and the version alone.
    // Topics have no wishes here; one that needs any is refused, and so is one that is named twice.
    void ask(const Request& request, Reply reply, Clock::time_point now);
    // Answers whom there is something for; after Feed::look().
    void look(Clock::time_point now);
    // Answers nobody any more.
    void close() { waiting_.clear(); }

  private:
    struct Waiting {
        std::vector<Feed::Entry*> topics;
        std::uint64_t since = 0;
        Clock::time_point until;
        Reply reply;
    };
    // Empty: nothing new.
    std::string news_for(const Waiting& waiting) const;
    bool answered(const Waiting& waiting, Clock::time_point now) const;

    Feed& feed_;
    std::list<Waiting> waiting_;
};

}  // namespace spillgate::online

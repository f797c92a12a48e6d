// Who has signed in with a browser: a cookie that scripts of pages cannot read, and a word against foreign
// pages that each action must repeat. In memory alone: after a restart everybody signs in again.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <list>
#include <string>
#include <string_view>

#include "proto/result.hpp"

namespace spillgate::online {

struct Session {
    std::string id;            // names it to others
    std::string cookie;        // secret
    std::string csrf;          // secret of the page
    std::string token_sha256;  // of the person that signed in
    std::chrono::steady_clock::time_point opened{};
};

class Sessions {  // single-threaded
  public:
    using Clock = std::chrono::steady_clock;
    static constexpr auto lifetime = std::chrono::hours(12);

    // A new one; if there are too many, the oldest ends.
    const Session& open(std::string token_sha256, Clock::time_point now);
    // By the value of the cookie; null: none, or it is too old.
    const Session* find(std::string_view cookie, Clock::time_point now);
    const Session* by_id(std::string_view id, Clock::time_point now);
    void end(std::string_view id);

    // Somebody came with a wrong token. False: that happens too often, and is not even answered in words. A
    // right token is always let in: who knows none cannot lock anybody out.
    bool forgive(Clock::time_point now);

  private:
    void forget_old(Clock::time_point now);

    std::list<Session> sessions_;  // oldest first
    std::deque<Clock::time_point> wrong_;
};

// The value of the cookie `name` in a Cookie header; empty: none.
std::string_view cookie_in(std::string_view header, std::string_view name);

}  // namespace spillgate::online

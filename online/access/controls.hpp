// Who holds the controls: of all who may steer, one does.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "online/http/exchange.hpp"
#include "proto/result.hpp"

namespace spillgate::online {

class Controls {  // single-threaded
  public:
    using Clock = std::chrono::steady_clock;
    struct Holder {
        std::string person;
        std::string session;
        std::int64_t since_utc_ns = 0;
        Clock::time_point heard{};
    };
    // A holder from whom nothing was heard for `patience` has let go.
    explicit Controls(std::chrono::duration<double> patience) : patience_(patience) {}

    // Errors of all: REFUSED, with who holds them. `force` takes them from somebody; needs an expert.
    proto::Status take(const Caller& caller, bool force, Clock::time_point now);
    proto::Status release(const Caller& caller, Clock::time_point now);
    // To another session that is present, which accepts or declines. A new offer replaces the old.
    proto::Status offer(const Caller& caller, const std::string& session, Clock::time_point now);
    proto::Status accept(const Caller& caller, Clock::time_point now);
    proto::Status decline(const Caller& caller, Clock::time_point now);

    // The page of a session that may steer is connected, and is not any more.
    void enter(const Caller& caller);
    void leave(const std::string& session);
    // The session has asked for something.
    void heard(std::string_view session, Clock::time_point now);
    // Lets go of a silent holder.
    void look(Clock::time_point now);
    // The session is over.
    void gone(std::string_view session);

    const std::optional<Holder>& holder() const { return holder_; }
    bool held_by(const Caller& caller, Clock::time_point now);
    // {"holder": {"person", "session", "since_utc_s", "silent_s"} or null, "offer": {"person", "session"} or
    // null, "present": [{"person", "session"}]}
    boost::json::object json(Clock::time_point now);
    std::uint64_t version() const { return version_; }  // grows with each change

  private:
    struct Offer {
        std::string person;
        std::string session;
    };
    struct Present {
        std::string person;
        int pages = 0;
    };
    void give(const Caller& caller, Clock::time_point now);
    proto::Error held() const;

    std::chrono::duration<double> patience_;
    std::optional<Holder> holder_;
    std::optional<Offer> offer_;
    std::map<std::string, Present, std::less<>> present_;  // by session
    std::uint64_t version_ = 1;
};

}  // namespace spillgate::online

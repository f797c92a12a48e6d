// One subject that consoles follow: {"want": {"NAME": {…}}} asks for it, a member "NAME" of a message brings
// it.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "proto/result.hpp"

namespace spillgate::online {

using SharedText = std::shared_ptr<const std::string>;

// All calls come from the server's thread and must not block: what takes time is made elsewhere and handed
// over by a Board, whose notify() wakes the feed (Feed::wake).
class Topic {
  public:
    virtual ~Topic() = default;
    virtual std::string_view name() const = 0;
    // What a client may ask for. Errors: CONFIG, with what is wrong.
    virtual proto::Status check(const boost::json::object& want) const = 0;
    // Takes up what is newest, and says its version: different as soon as there is something new; 0: nothing
    // yet.
    virtual std::uint64_t version() = 0;
    // JSON of what version() took up last, for somebody who has had `had` (0: nothing; else an earlier
    // version); null: nothing of it is new for this wish. Clients with the same wish and `had` are to be
    // given the same text.
    virtual SharedText text(const boost::json::object& want, std::uint64_t had) = 0;
    // It is not sent more often than so.
    virtual std::chrono::milliseconds period() const { return {}; }
};

}  // namespace spillgate::online

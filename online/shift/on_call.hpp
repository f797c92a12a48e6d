// Who is on call, from when until when, in the desk database.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "online/keeper/database.hpp"

namespace spillgate::online {

struct OnCall {
    std::int64_t number = 0;  // ascends with time of writing
    std::string name;
    std::string contact;           // phone or chat
    std::int64_t from_utc_ns = 0;  // from ≤ now < to
    std::int64_t to_utc_ns = 0;
    std::string set_by;

    bool holds(std::int64_t utc_ns) const { return from_utc_ns <= utc_ns && utc_ns < to_utc_ns; }
};

class OnCalls {  // one thread at a time; the database must outlive it
  public:
    static constexpr std::size_t max_text_bytes = 200;  // of a name or contact
    static constexpr std::size_t most = 200;            // that have not ended

    explicit OnCalls(Database& desk) : desk_(&desk) {}

    // Its number. Errors: CONFIG (name or contact empty or too long; it ends before it begins, or before
    // now), REFUSED (too many), DISK_FULL, IO …
    proto::Result<std::int64_t> add(const OnCall& on_call, std::int64_t utc_ns);
    // Those that have not ended, by begin.
    proto::Result<std::vector<OnCall>> from(std::int64_t utc_ns);
    // Errors: NOT_FOUND (none of this number, or it is removed already).
    proto::Result<OnCall> find(std::int64_t number);
    proto::Status remove(std::int64_t number, const std::string& person, std::int64_t utc_ns);

  private:
    Database* desk_;
};

// A stretch of time in which nobody is on call.
struct OnCallGap {
    std::int64_t from_utc_ns = 0;
    std::optional<std::int64_t> to_utc_ns;  // absent: nobody is named for any time after
};

// The first one that is not over. `by_begin`: as OnCalls::from gives them.
OnCallGap next_gap(std::span<const OnCall> by_begin, std::int64_t utc_ns);

}  // namespace spillgate::online

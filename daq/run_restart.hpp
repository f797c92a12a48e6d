// How a run ends, and whether another of its kind follows by itself.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "proto/schema/control.pb.h"

namespace spillgate::daq {

// Why a run stops, as it was when the stop was decided.
struct RunEnding {
    enum class Cause {
        REQUEST,  // a person's, or the lead's of a follower
        LIMIT,    // a limit was reached
        ITSELF,   // sources ended, the disk is full or fails, a signal, a failure
    };
    Cause cause = Cause::ITSELF;
    std::string reason;      // "requested", "target-reached", "disk-full" …
    std::string stopped_by;  // who asked; empty unless the cause is a request
};

// The start that follows a run which was started as `was` says, with limits and `restart` as they stood at
// its end: the same once more if it ended at a limit, all its files are closed and nothing else had begun to
// end it. `trouble`: what the run met while it stopped ("disk-full"; empty, or "source-ended": nothing).
// `seconds`: how long it took data. One shorter than a second would be followed by thousands like it, so none
// follows.
std::optional<wire::Request::Start> next_start(const wire::Request::Start& was, const RunEnding& ending,
                                               std::string_view trouble, double seconds);

}  // namespace spillgate::daq

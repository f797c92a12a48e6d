// What works and what does not, at a glance and in words.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "online/run/slot_strip.hpp"
#include "online/snapshot.hpp"
#include "proto/schema/config.pb.h"

namespace spillgate::online {

struct Light {
    enum class State { GOOD, WARN, BAD, UNKNOWN };
    std::string name;  // "daq" (the lead's own name), a follower's, "online", "device NAME", "timing" …
    State state = State::UNKNOWN;
    std::string reason;  // in words, never empty
};
std::string_view name_of(Light::State state);  // "good", "warn", "bad", "unknown"

// In this order: each daemon, the lead first; online; each device; timing; charge; disk; slow values, if the
// configuration has any. Pure: `now_utc_ns` is this host's clock, `strip` the lead's slots, `config` what
// online has loaded. A daemon's word counts for as long as it is heard; what only it knows is unknown after
// that.
std::vector<Light> lights(const Snapshot& snapshot, const SlotStripView& strip, const config::Config& config,
                          std::int64_t now_utc_ns);

}  // namespace spillgate::online

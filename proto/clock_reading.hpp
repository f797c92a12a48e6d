// A clock reading as messages carry it.
#pragma once

#include "proto/schema/spill.pb.h"
#include "proto/time.hpp"

namespace spillgate::proto {

inline void set(wire::ClockReading& to, const ClockTime& from) {
    to.set_domain(from.domain);
    to.set_epoch(from.epoch);
    to.set_ticks(from.ticks);
    to.set_fraction(from.fraction);
}

}  // namespace spillgate::proto

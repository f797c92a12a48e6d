// How long ago it was measured what the configuration in use calibrates with. A calibration carries the time
// from which it holds, which is when its runs were taken, unless somebody chose another one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "online/keeper/quantity.hpp"
#include "online/snapshot.hpp"
#include "proto/schema/console.pb.h"

namespace spillgate::online {

enum class CalibrationKind {
    SPE,     // charge of one photoelectron: PMT and LAr chains
    ENERGY,  // keV of a pulse: HPGe chains
};

// What is used of one channel now; what held last, if nothing does; or nothing.
struct ChannelCalibration {
    std::string channel;
    std::optional<std::int64_t> measured_utc_ns;  // absent: none of this channel has begun to hold
    std::int64_t holds_to_utc_ns = 0;
    bool holds = false;  // false: the configuration's constant is used
};

// Of all channels with a chain of this kind, in the config's order.
std::vector<ChannelCalibration> calibrations_of(CalibrationKind kind, const config::Config& config,
                                                std::int64_t utc_ns);

struct CalibrationAge {
    enum class State {
        FRESH,
        OLD,       // of some channel it is older than allowed
        ENDED,     // of some channel it holds no longer
        NONE,      // of some channel there is none
        NOT_USED,  // no channel is calibrated so
        UNKNOWN,   // the configuration in use is not known
    };
    State state = State::UNKNOWN;
    std::string reason;                           // in words
    std::optional<std::int64_t> measured_utc_ns;  // of the channel where it is oldest; absent: of some, none
    std::optional<double> age_days;
    std::vector<ChannelCalibration> channels;
};
std::string_view name_of(CalibrationAge::State state);  // "fresh", "not-used" …

// `snapshot` may be empty before the first. Older than `allowed_days` is old.
CalibrationAge age_of(CalibrationKind kind, const Snapshot* snapshot, double allowed_days, double utc_s);

// "calibration.spe_age_days" and "calibration.energy_age_days" of those kinds that the configuration in use
// has; without a value where the age is not known.
Quantities calibration_quantities(const Snapshot& snapshot, double utc_s);

}  // namespace spillgate::online

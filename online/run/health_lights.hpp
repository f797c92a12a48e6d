// The lights of what daemons look after: devices, timing, charge, disk, slow values.
#pragma once

#include <cstdint>
#include <vector>

#include "online/run/beam_state.hpp"
#include "online/run/health.hpp"

namespace spillgate::online {

// A finding for a light: the worst is its state and reason, equal ones stand together.
void worsen(Light& light, Light::State state, const std::string& reason);

// Statuses of the daemons that are heard now, the lead's apart.
struct HeardDaemons {
    HeardDaemons(const Snapshot& snapshot, std::int64_t now_utc_ns);
    const wire::DaemonStatus* lead = nullptr;    // null: silent
    std::vector<const wire::DaemonStatus*> all;  // the lead among them
    std::vector<const DaemonView*> views;        // of the same
};

void add_device_lights(std::vector<Light>& all, const HeardDaemons& heard, const config::Config& config);
Light timing_light(const HeardDaemons& heard, const Beam& beam, const SlotStripView& strip,
                   const config::Config& config);
Light charge_light(const HeardDaemons& heard, const SlotStripView& strip);
Light disk_light(const HeardDaemons& heard, const config::Storage& storage);  // of all disks
Light slow_values_light(const HeardDaemons& heard);

}  // namespace spillgate::online

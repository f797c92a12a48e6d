#include "online/run/health_lights.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include <fmt/format.h>

#include "online/run/disk_watch.hpp"
#include "proto/names.hpp"

namespace spillgate::online {

namespace {

using State = Light::State;

constexpr double most_missed = 0.01;         // of the last marks, without a warning
constexpr double most_without_charge = 0.5;  // of the last spills, without an alarm
constexpr double rate_tolerance = 0.01;      // of the facility's repetition

// What is not known is better than what is known to be bad.
int badness(State state) {
    switch (state) {
        case State::GOOD:
            return 0;
        case State::UNKNOWN:
            return 1;
        case State::WARN:
            return 2;
        case State::BAD:
            return 3;
    }
    return 1;
}

const wire::DeviceStatus* device_of(const HeardDaemons& heard, std::uint32_t board) {
    for (const auto* daemon : heard.all)
        for (const auto& device : daemon->devices())
            if (device.board() == board) return &device;
    return nullptr;
}

bool has_run(const HeardDaemons& heard, const SlotStripView& strip) {
    return heard.lead != nullptr && strip.run != 0 && strip.run == heard.lead->run().number();
}

}  // namespace

void worsen(Light& light, State state, const std::string& reason) {
    if (badness(state) < badness(light.state)) return;
    const bool is_worse = badness(state) > badness(light.state);
    light.state = state;
    light.reason = is_worse || light.reason.empty() ? reason : light.reason + "; " + reason;
}

HeardDaemons::HeardDaemons(const Snapshot& snapshot, std::int64_t now_utc_ns) {
    for (const auto& daemon : snapshot.daemons) {
        if (!daemon.status || silence_s(daemon, now_utc_ns) > silent_after_s) continue;
        all.push_back(daemon.status.get());
        views.push_back(&daemon);
        if (daemon.lead) lead = daemon.status.get();
    }
}

void add_device_lights(std::vector<Light>& all, const HeardDaemons& heard, const config::Config& config) {
    for (const auto& board : config.board()) {
        const auto name =
            fmt::format("device {}", board.name().empty() ? fmt::format("{}", board.id()) : board.name());
        const auto* device = device_of(heard, board.id());
        if (device == nullptr)
            all.push_back(
                {name, State::UNKNOWN, "it is not read now: no run is on, or its daemon is silent"});
        else if (device->lost())
            all.push_back({name, State::BAD,
                           fmt::format("lost for {:.0f} s: {}", device->lost_for_s(), device->trouble())});
        else if (device->losses() > 0)
            all.push_back({name, State::WARN,
                           fmt::format("read ({}); lost and found {} times in this run", device->kind(),
                                       device->losses())});
        else
            all.push_back({name, State::GOOD, fmt::format("read ({})", device->kind())});
    }
}

Light timing_light(const HeardDaemons& heard, const Beam& beam, const SlotStripView& strip,
                   const config::Config& config) {
    Light light{"timing", State::UNKNOWN, beam.reason};
    if (beam.state == BeamState::DAQ_DOWN || beam.state == BeamState::UNKNOWN || heard.lead == nullptr)
        return light;
    if (beam.state == BeamState::NO_TIMING) {
        light.state = State::BAD;
        return light;
    }
    light.state = State::GOOD;
    const auto& status = *heard.lead;
    light.reason =
        fmt::format("{:.3f} Hz, rms {:.2f} µs", status.mark_rate_hz(), status.period_rms_ns() * 1e-3);
    const double expected_hz = config.facility().repetition_hz();
    if (std::abs(status.mark_rate_hz() - expected_hz) > rate_tolerance * expected_hz)
        worsen(light, State::WARN,
               fmt::format("{:.3f} Hz where {:.6g} Hz are expected", status.mark_rate_hz(), expected_hz));
    if (has_run(heard, strip) && !strip.slots.empty()) {
        const auto missed = std::ranges::count_if(strip.slots, [](const auto& s) { return !s.is_marked(); });
        if (static_cast<double>(missed) > most_missed * static_cast<double>(strip.slots.size()))
            worsen(light, State::WARN,
                   fmt::format("{} of the last {} marks did not come", missed, strip.slots.size()));
    }
    for (const auto* daemon : heard.all)
        for (const auto& tie : daemon->clock_ties())
            if (!tie.locked())
                worsen(light, State::BAD,
                       fmt::format("clock domain {} is not tied: nothing of its boards is recorded",
                                   tie.domain()));
    return light;
}

Light charge_light(const HeardDaemons& heard, const SlotStripView& strip) {
    if (!has_run(heard, strip)) return {"charge", State::UNKNOWN, "no slot of a run is known"};
    std::size_t spills = 0;
    std::size_t missing = 0;
    std::size_t doubtful = 0;
    bool first_alone = false;
    for (const auto& slot : strip.slots) {
        if (!slot.is_spill()) continue;
        // The report of a run's first slot may come before anything ties it to the marks.
        if (slot.slot == 0 && slot.charge_state == wire::CHARGE_MISSING) {
            first_alone = true;
            continue;
        }
        ++spills;
        missing += slot.charge_state == wire::CHARGE_MISSING ? 1 : 0;
        doubtful +=
            slot.charge_state == wire::CHARGE_ESTIMATED || slot.charge_state == wire::CHARGE_UNCORRECTED ? 1
                                                                                                         : 0;
    }
    if (spills == 0 && first_alone)
        return {"charge", State::UNKNOWN, "no spill but the run's first, whose charge cannot be tied to it"};
    if (spills == 0)
        return {"charge", State::UNKNOWN, fmt::format("no spill in the last {} slots", strip.slots.size())};
    if (missing > 0)
        return {"charge",
                static_cast<double>(missing) > most_without_charge * static_cast<double>(spills)
                    ? State::BAD
                    : State::WARN,
                fmt::format("{} of the last {} spills have no charge", missing, spills)};
    if (doubtful > 0)
        return {"charge", State::WARN,
                fmt::format("{} of the last {} spills have an estimated or uncorrected charge", doubtful,
                            spills)};
    return {"charge", State::GOOD, fmt::format("measured in all of the last {} spills", spills)};
}

Light disk_light(const HeardDaemons& heard, const config::Storage& storage) {
    Light light{"disk", State::GOOD, ""};
    if (heard.all.empty()) return {"disk", State::UNKNOWN, "no daemon is heard"};
    for (const auto* daemon : heard.views) {
        const auto one = disk_light_of(*daemon, storage);
        worsen(light, one.state, one.reason);
    }
    return light;
}

Light slow_values_light(const HeardDaemons& heard) {
    if (heard.lead == nullptr)
        return {"slow values", State::UNKNOWN, "the lead, which takes them, is silent"};
    Light light{"slow values", State::GOOD, ""};
    for (const auto& value : heard.lead->slow_values()) {
        const auto known = value.has_value()
                               ? fmt::format("{} is {:.6g} {}", value.name(), value.value(), value.unit())
                               : fmt::format("{} is not known", value.name());
        switch (value.state()) {
            case wire::SlowValue::ALARM:
                worsen(light, State::BAD, known);
                break;
            case wire::SlowValue::WARN:
                worsen(light, State::WARN, known);
                break;
            case wire::SlowValue::OK:
                break;
            default:
                worsen(light, State::UNKNOWN,
                       known + (value.trouble().empty() ? "" : fmt::format(" ({})", value.trouble())));
        }
    }
    if (light.reason.empty())
        light.reason = fmt::format("all {} within their limits", heard.lead->slow_values_size());
    return light;
}

}  // namespace spillgate::online

#include "online/run/health.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include <fmt/format.h>

#include "online/run/beam_state.hpp"
#include "online/run/health_lights.hpp"
#include "proto/names.hpp"

namespace spillgate::online {

namespace {

using State = Light::State;

constexpr double nearly_full = 0.8;  // of a buffer
constexpr double snapshot_stale_s = 5;
constexpr double slow_histogram_s = 1;

// The fullest of its buffers, if that is nearly full.
std::string buffer_trouble(const wire::DaemonStatus& status) {
    for (const auto& buffer : status.buffers())
        if (buffer.capacity() > 0 &&
            static_cast<double>(buffer.used()) >= nearly_full * static_cast<double>(buffer.capacity()))
            return fmt::format(
                "its buffer '{}' is {:.0f} % full", buffer.name(),
                100 * static_cast<double>(buffer.used()) / static_cast<double>(buffer.capacity()));
    return {};
}

// Of the last slots, those that the lead lost.
std::string lost_slots(const SlotStripView& strip, const wire::DaemonStatus& status) {
    if (strip.run == 0 || strip.run != status.run().number()) return {};
    const auto lost = std::ranges::count_if(strip.slots, &SlotPoint::is_lost);
    return lost == 0 ? "" : fmt::format("{} of the last {} slots are lost", lost, strip.slots.size());
}

Light daemon_light(const DaemonView& daemon, const DaemonView* lead, const SlotStripView& strip,
                   std::int64_t now_utc_ns) {
    const auto silence = silence_s(daemon, now_utc_ns);
    if (!std::isfinite(silence) || !daemon.status)
        return {daemon.name, State::BAD, "has not been heard of yet"};
    if (silence > silent_after_s)
        return {daemon.name, State::BAD, fmt::format("silent for {:.0f} s", silence)};
    const auto& status = *daemon.status;
    if (status.state() == wire::FAULT)
        return {daemon.name, State::BAD, fmt::format("in fault: {}", status.fault())};
    if (!daemon.lead && lead != nullptr && lead->status && silence_s(*lead, now_utc_ns) <= silent_after_s)
        for (const auto& follower : lead->status->followers())
            if (follower.daemon() == daemon.name && !follower.reachable())
                return {daemon.name, State::BAD, fmt::format("does not answer the lead, {}", lead->name)};
    std::string words(name_of(status.state()));
    if (status.run().number() != 0 && status.run().stop_utc_ns() == 0)
        words += fmt::format(", run {}", status.run().number());
    Light light{daemon.name, State::GOOD, std::move(words)};
    for (const auto& trouble :
         {status.state() == wire::IDLE ? "it has no valid configuration" : std::string(), status.refusal(),
          buffer_trouble(status), daemon.lead ? lost_slots(strip, status) : std::string()}) {
        if (trouble.empty()) continue;
        light.state = State::WARN;
        light.reason += "; " + trouble;
    }
    return light;
}

Light online_light(const Snapshot& snapshot, std::int64_t now_utc_ns) {
    Light light{"online", State::GOOD, ""};
    const double age = static_cast<double>(now_utc_ns - snapshot.utc_ns) * 1e-9;
    if (age > snapshot_stale_s)
        worsen(light, State::BAD, fmt::format("nothing new from the live spectra for {:.0f} s", age));
    if (snapshot.run.phase == RunPhase::REFUSED) worsen(light, State::BAD, snapshot.run.statement);
    std::uint64_t missing = 0;
    std::uint64_t unreadable = 0;
    for (const auto& stream : snapshot.run.streams) {
        missing += stream.missing;
        unreadable += stream.unreadable;
    }
    if (unreadable > 0)
        worsen(light, State::WARN, fmt::format("{} messages of this run cannot be read", unreadable));
    if (!snapshot.checkpoint_fault.empty())
        worsen(light, State::WARN, fmt::format("no checkpoint: {}", snapshot.checkpoint_fault));
    if (snapshot.run.ended && !snapshot.run.complete) worsen(light, State::WARN, snapshot.run.statement);
    if (missing > 0)
        worsen(light, State::WARN, fmt::format("{} messages are still read back from disk", missing));
    if (const double p99 = snapshot.to_histogram.p99_s; p99 > slow_histogram_s)
        worsen(light, State::WARN, fmt::format("spectra lag: {:.1f} s from verdict to histogram (p99)", p99));
    if (light.state == State::GOOD) light.reason = fmt::format("spectra are {}", name_of(snapshot.run.phase));
    return light;
}

}  // namespace

std::string_view name_of(State state) {
    switch (state) {
        case State::GOOD:
            return "good";
        case State::WARN:
            return "warn";
        case State::BAD:
            return "bad";
        case State::UNKNOWN:
            break;
    }
    return "unknown";
}

std::vector<Light> lights(const Snapshot& snapshot, const SlotStripView& strip, const config::Config& config,
                          std::int64_t now_utc_ns) {
    std::vector<Light> all;
    const auto* lead = lead_of(snapshot);
    if (lead != nullptr) all.push_back(daemon_light(*lead, lead, strip, now_utc_ns));
    for (const auto& daemon : snapshot.daemons)
        if (!daemon.lead) all.push_back(daemon_light(daemon, lead, strip, now_utc_ns));
    all.push_back(online_light(snapshot, now_utc_ns));

    const HeardDaemons heard(snapshot, now_utc_ns);
    add_device_lights(all, heard, config);
    all.push_back(timing_light(heard, beam_of(snapshot, strip, now_utc_ns), strip, config));
    all.push_back(charge_light(heard, strip));
    all.push_back(disk_light(heard, config.storage()));
    if (!config.slow_control().value().empty()) all.push_back(slow_values_light(heard));
    return all;
}

}  // namespace spillgate::online

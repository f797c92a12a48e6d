#include "online/run/beam_state.hpp"

#include <algorithm>
#include <limits>
#include <span>

#include <fmt/format.h>

#include "proto/names.hpp"

namespace spillgate::online {

namespace {

constexpr std::size_t looked_at = 60;       // slots: a second at 60 Hz
constexpr std::uint64_t most_behind = 600;  // slots that online may lag before it only reads back
constexpr double no_verdict_s = 3;          // a verdict waits for its charge, at most some slots
constexpr double first_mark_within_s = 3;

double seconds_since(std::int64_t then_ns, std::int64_t now_ns) {
    return static_cast<double>(now_ns - then_ns) * 1e-9;
}

bool is_between_runs(wire::State state) {
    return state == wire::IDLE || state == wire::CONFIGURING || state == wire::CONFIGURED ||
           state == wire::PREPARING || state == wire::STATE_UNSPECIFIED;
}

// What the last slots say, the newest of which is not old.
Beam beam_of_slots(std::span<const SlotPoint> slots) {
    std::size_t marked = 0;
    std::size_t spills = 0;
    std::size_t other = 0;
    std::size_t vetoed = 0;
    for (const auto& slot : slots) {
        marked += slot.is_marked() ? 1 : 0;
        spills += slot.is_spill() ? 1 : 0;
        other += slot.has(proto::SlotQuality::OTHER_TARGET) ? 1 : 0;
        vetoed += slot.has(proto::SlotQuality::VETOED) ? 1 : 0;
    }
    if (marked == 0)
        return {BeamState::NO_TIMING, fmt::format("the last {} marks did not come", slots.size())};
    if (spills > 0)
        return {BeamState::BEAM,
                fmt::format("protons came on our target in {} of the last {} slots", spills, slots.size())};
    std::string why =
        fmt::format("marks come, protons on our target do not: none in the last {} slots", slots.size());
    if (other > 0) why += fmt::format(", {} for another target", other);
    if (vetoed > 0) why += fmt::format(", {} vetoed", vetoed);
    return {BeamState::BEAM_OFF, why};
}

Beam beam_of_run(const wire::DaemonStatus& status, const SlotStripView& strip, std::int64_t now_utc_ns) {
    const auto run_age = seconds_since(status.run().start_utc_ns(), now_utc_ns);
    const bool of_this_run = strip.run == status.run().number() && !strip.slots.empty();
    if (!of_this_run) {
        const bool waits = status.slots() == 0;
        if (waits && run_age > first_mark_within_s)
            return {BeamState::NO_TIMING,
                    fmt::format("no mark has come in the {:.0f} s of this run", run_age)};
        return {BeamState::UNKNOWN,
                waits ? "the run waits for its first mark" : "no slot is judged here yet"};
    }
    const auto& newest = strip.slots.back();
    if (newest.slot + most_behind < status.slots())
        return {BeamState::UNKNOWN, fmt::format("reading back: slot {} of {}", newest.slot, status.slots())};
    if (const auto age = seconds_since(newest.utc_ns, now_utc_ns); age > no_verdict_s)
        return {BeamState::NO_TIMING, fmt::format("no mark has come for {:.0f} s", age)};
    return beam_of_slots(std::span(strip.slots).last(std::min(looked_at, strip.slots.size())));
}

}  // namespace

std::string_view name_of(BeamState state) {
    switch (state) {
        case BeamState::BEAM:
            return "beam";
        case BeamState::BEAM_OFF:
            return "beam-off";
        case BeamState::NO_TIMING:
            return "no-timing";
        case BeamState::PAUSED:
            return "paused";
        case BeamState::DAQ_DOWN:
            return "daq-down";
        case BeamState::UNKNOWN:
            break;
    }
    return "unknown";
}

const DaemonView* lead_of(const Snapshot& snapshot) {
    const auto lead = std::ranges::find(snapshot.daemons, true, &DaemonView::lead);
    return lead == snapshot.daemons.end() ? nullptr : &*lead;
}

double silence_s(const DaemonView& daemon, std::int64_t now_utc_ns) {
    if (daemon.heard_utc_ns == 0) return std::numeric_limits<double>::infinity();
    return seconds_since(daemon.heard_utc_ns, now_utc_ns);
}

Beam beam_of(const Snapshot& snapshot, const SlotStripView& strip, std::int64_t now_utc_ns) {
    const auto* lead = lead_of(snapshot);
    if (lead == nullptr) return {BeamState::UNKNOWN, "there is no lead daemon"};
    if (lead->heard_utc_ns == 0 || !lead->status)
        return {BeamState::DAQ_DOWN, fmt::format("daemon {} has not been heard of yet", lead->name)};
    if (const auto silence = silence_s(*lead, now_utc_ns); silence > silent_after_s)
        return {BeamState::DAQ_DOWN, fmt::format("daemon {} is silent for {:.0f} s", lead->name, silence)};
    const auto& status = *lead->status;
    if (status.state() == wire::FAULT)
        return {BeamState::DAQ_DOWN, fmt::format("daemon {} is in fault: {}", lead->name, status.fault())};
    if (is_between_runs(status.state()))
        return {BeamState::UNKNOWN, fmt::format("no run is on (the daemon is {}): nobody looks at the marks",
                                                name_of(status.state()))};
    if (status.state() == wire::PAUSED_STATE || status.state() == wire::PAUSING)
        return {BeamState::PAUSED, "the run is paused"};
    return beam_of_run(status, strip, now_utc_ns);
}

}  // namespace spillgate::online

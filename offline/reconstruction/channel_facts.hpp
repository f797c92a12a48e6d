// What a slot tells of the channels themselves, apart from candidates: where their baseline lies, how it
// scatters, and what single photoelectrons bring. Nothing of a roi that beam may be in goes in, blinded or
// not.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "proto/spill_record.hpp"

namespace spillgate::offline {

// Of samples that the chain takes a trace's baseline from, peaks left out; ADC counts.
struct TraceLevel {
    std::uint16_t channel = 0;  // index into Config.channel
    double mean_adc = 0;
    double rms_adc = 0;  // about the mean
};

// The charge of an isolated peak, as SPE calibrations take them.
struct SingleCharge {
    std::uint16_t channel = 0;
    std::int64_t adc_samples = 0;  // to the nearest whole one
};

// Memory is kept from slot to slot.
struct ChannelFacts {
    std::vector<TraceLevel> levels;  // one per trace at most
    std::vector<SingleCharge> singles;
    void clear() {
        levels.clear();
        singles.clear();
    }
};

// Whether beam may have brought something in a window of this kind; a window of unknown kind is never AC.
inline bool may_hold_beam(proto::WindowKind kind) {
    return kind != wire::ANTI_COINCIDENT && kind != wire::FREE;
}

// Whether a trace, by its index, has a part in a window without beam.
inline bool is_beside_beam(const proto::SpillRecord& record, std::uint32_t trace) {
    return std::ranges::any_of(record.windows, [&](const auto& window) {
        return !may_hold_beam(window.kind) && std::ranges::find(window.traces, trace) != window.traces.end();
    });
}

// So many samples of a trace, from its first, come before every roi that beam may be in and that the trace
// reaches into. It does not depend on what the samples hold. O(windows).
inline std::size_t samples_before_beam(const proto::SpillRecord& record, const proto::Trace& trace) {
    auto clear = static_cast<std::int64_t>(trace.count);
    for (const auto& window : record.windows) {
        if (!may_hold_beam(window.kind)) continue;
        const auto begin = proto::sample_position(record, trace, window.roi_begin);
        const auto end = proto::sample_position(record, trace, window.roi_end);
        if (end > 0 && begin < clear) clear = std::max<std::int64_t>(begin, 0);
    }
    return static_cast<std::size_t>(clear);
}

// So many samples of a trace may be told of. `whole_record`: a mark triggered it. Where channels trigger
// themselves, that a trace is there tells of what it reaches into: then it is all or nothing.
inline std::size_t told_samples(const proto::SpillRecord& record, std::uint32_t index, bool whole_record) {
    const auto& trace = record.traces[index];
    if ((trace.flags & proto::TRACE_REDUCED) != 0 || !is_beside_beam(record, index)) return 0;
    const auto clear = samples_before_beam(record, trace);
    return whole_record || clear == trace.count ? clear : 0;
}

inline constexpr std::size_t level_samples = 512;        // are looked at, of each trace, at most
inline constexpr std::size_t fewest_level_samples = 16;  // with fewer there is no level

}  // namespace spillgate::offline

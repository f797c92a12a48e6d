// One slot in memory: its traces, stored once and whole, its windows, and later its verdict.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "proto/quality.hpp"
#include "proto/schema/spill.pb.h"
#include "proto/time.hpp"

namespace spillgate::proto {

using wire::ChargeState;
using wire::Disposition;
using wire::Stream;
using wire::WindowKind;

// How a sample lies in its 16-bit word: `bits` significant bits, shifted left by `shift`; signed samples are
// sign-extended.
struct Encoding {
    std::uint8_t bits = 16;
    bool is_signed = false;
    std::uint8_t shift = 0;
    bool operator==(const Encoding&) const = default;
};

enum TraceFlag : std::uint32_t {
    TRACE_TRUNCATED = 1u << 0,  // the device or a full buffer cut it short
    TRACE_PILE_UP = 1u << 1,    // as the device said
    TRACE_OVERFLOW = 1u << 2,   // as the device said
    TRACE_REDUCED = 1u << 3,    // part of a longer trace, kept by policy
    TRACE_STROBE = 1u << 4,     // recorded by the off-beam trigger
};

// One continuous stretch of samples of one channel.
struct Trace {
    std::uint32_t board = 0;
    std::uint32_t channel = 0;
    Stream stream = wire::RAW;
    ClockTime first;                     // time of the first sample
    std::uint32_t ticks_per_sample = 1;  // ≥ 1
    Encoding encoding;
    std::uint64_t offset = 0;   // of its first sample in SpillRecord::samples
    std::uint32_t count = 0;    // samples
    std::uint32_t flags = 0;    // TraceFlag
    std::string device_header;  // what the device said of the event beyond all this, as it came
    bool operator==(const Trace&) const = default;
};

// Bounds are [begin, end) in ticks of the record's reference domain, relative to t0 (whole ticks).
struct Window {
    WindowKind kind = wire::UNKNOWN;
    std::int64_t pretrace_begin = 0;
    std::int64_t pretrace_end = 0;
    std::int64_t roi_begin = 0;
    std::int64_t roi_end = 0;
    bool strobe = false;
    bool truncated = false;             // its traces do not cover it
    std::int64_t dead_ticks = 0;        // dead time of the device inside the roi
    std::vector<std::uint32_t> traces;  // indices into SpillRecord::traces
    std::int64_t begin() const { return std::min(pretrace_begin, roi_begin); }
    std::int64_t end() const { return std::max(pretrace_end, roi_end); }
    bool operator==(const Window&) const = default;
};

// One clock domain as this slot saw it.
struct DomainClock {
    std::uint32_t domain = 0;
    double frequency_hz = 0;
    ClockTime t0;
    double t0_uncertainty_ns = 0;
    bool operator==(const DomainClock&) const = default;
};

struct NamedCount {
    std::string name;
    std::uint64_t value = 0;
    bool operator==(const NamedCount&) const = default;
};

// A slot's traces and windows. Invariants, established by the gate and re-established by wire.hpp's decoder:
// every trace lies inside `samples`; every window's trace indices exist; pretrace_begin ≤ pretrace_end,
// roi_begin ≤ roi_end; `clocks` holds the domain of t0 and of every trace, with a positive frequency.
struct SpillRecord {
    std::uint32_t run = 0;
    std::uint64_t slot = 0;
    std::uint64_t sequence = 0;
    std::string daemon;
    std::optional<std::uint64_t> cycle_id;
    std::uint32_t quality = 0;  // SlotQuality bits known when the record left
    ClockTime t0;               // in the reference domain
    std::vector<DomainClock> clocks;
    std::int64_t utc_ns = 0;
    std::uint32_t utc_state = 0;
    std::int64_t window_age_ns = 0;  // at utc_ns, since its last window ended: at most; 0 where nobody knows
    std::vector<Trace> traces;
    std::vector<Window> windows;
    std::vector<NamedCount> counters;
    std::vector<std::uint16_t> samples;

    std::span<const std::uint16_t> samples_of(const Trace& trace) const {
        return std::span(samples).subspan(trace.offset, trace.count);
    }
    const DomainClock* clock_of(std::uint32_t domain) const;
    // Empties the record for reuse, keeping its memory.
    void clear();
    bool operator==(const SpillRecord&) const = default;
};

using SpillPtr = std::shared_ptr<const SpillRecord>;

// Ticks after t0 by one clock, by another: to the nearest tick.
std::int64_t ticks_by(const DomainClock& there, const DomainClock& here, std::int64_t ticks_here);

// Where a tick relative to t0 falls in a trace, in samples from the trace's first, rounded up to the next
// sample; may be negative or beyond the trace. The one place where window bounds become sample positions. A
// trace in another clock domain is tied by that domain's own t0 and the two frequencies.
std::int64_t sample_position(const SpillRecord& record, const Trace& trace, std::int64_t ticks_after_t0);

// Sample period of a trace in ns.
double sample_period_ns(const SpillRecord& record, const Trace& trace);

// The ledger's fact of one window.
struct WindowFact {
    WindowKind kind = wire::UNKNOWN;
    std::int64_t roi_ticks = 0;
    std::int64_t dead_ticks = 0;
    bool truncated = false;
    bool strobe = false;
    bool operator==(const WindowFact&) const = default;
};

// What is finally known of a slot; exactly one per slot.
struct Verdict {
    std::uint32_t run = 0;
    std::uint64_t slot = 0;
    std::uint64_t sequence = 0;
    std::string daemon;
    std::optional<std::uint64_t> cycle_id;
    Disposition disposition = wire::INVALID;
    std::uint32_t quality = 0;
    ChargeState charge_state = wire::CHARGE_MISSING;
    std::int64_t charge_pc = 0;
    std::uint32_t flavour = 0;
    bool facility_veto = false;
    bool has_record = false;
    std::uint64_t record_sequence = 0;
    ClockTime t0;
    double frequency_hz = 0;
    std::vector<WindowFact> windows;
    std::int64_t utc_ns = 0;

    bool has(SlotQuality q) const { return (quality & bit(q)) != 0; }
    // Protons came, on our target: what the word spill means.
    bool is_spill() const {
        return !has(SlotQuality::NO_BEAM) && !has(SlotQuality::OTHER_TARGET) && !has(SlotQuality::VETOED) &&
               disposition != wire::MARK_MISSED;
    }
    bool operator==(const Verdict&) const = default;
};

}  // namespace spillgate::proto

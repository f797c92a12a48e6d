// What every digitizer, mark and charge source looks like to the daemon.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "proto/result.hpp"
#include "proto/spill_record.hpp"
#include "proto/time.hpp"

namespace spillgate::hw {

// A spill mark, or a strobe's. The time is that of the signal's edge.
struct Mark {
    enum class Kind : std::uint8_t {
        EXTRACT,  // the facility's clock: comes whether or not protons do (SNS event 39)
        BEAM_ON,  // comes only with protons (SNS event 36): labels, never opens a slot of its own
        STROBE,   // an off-beam trigger
    };
    proto::ClockTime time;
    double uncertainty_ns = 0;
    Kind kind = Kind::EXTRACT;
    std::optional<std::uint64_t>
        cycle_id;  // the facility's own number of the cycle, if it came with the mark
};

// A charge report as it arrived; which slot it belongs to is the daemon's to find (Facility.charge_offset).
struct Charge {
    proto::ClockTime time;                  // nearest mark's time, as the source knows it
    std::optional<std::uint64_t> cycle_id;  // of the mark that it arrived with
    std::int64_t charge_pc = 0;
    std::uint32_t flavour = 0;
    bool facility_veto = false;
    bool uncorrected = false;  // its own source could not tell for sure which pulse it belongs to
    bool for_no_mark = false;  // its own source knows that there is no such cycle: `time` is when it came
};

// A trace as a device delivers it; its samples lie in Batch::samples at trace.offset.
using DeviceTrace = proto::Trace;

// Where a source could follow its clock by the host's from one epoch to the next: what the counter before
// would have read at a moment of the new epoch, if it had gone on.
struct CounterBefore {
    proto::ClockTime reading;
    double uncertainty_ns = 0;  // at most so far off
};

// Something lost or changed in the device itself.
struct DeviceEvent {
    enum class Kind : std::uint8_t {
        LOST,       // the device is gone: from `time` on nothing is known
        READOPTED,  // it is back. If its counter began anew, the first batch of the new epoch holds this
        DROPPED,    // traces of [time, until) were dropped on the way; `name` says why. Marks still come
        COUNTED,    // `count` times `name`, by the device or on the way; nothing is missing for it
    };
    Kind kind = Kind::DROPPED;
    proto::ClockTime time;
    std::string name;
    std::uint64_t count = 0;
    proto::ClockTime until;                    // DROPPED only; equal to `time` where the end is not known
    std::optional<CounterBefore> before = {};  // READOPTED in a new epoch
};

// Where a board's clock was at a moment of the host's steady clock: not beyond `ticks`. How old things are is
// known from it, at most.
struct ClockBound {
    std::int64_t ticks = 0;
    std::int64_t steady_ns = 0;
};

// A stretch of one board's stream. All times are of the board's clock domain and current epoch; traces are
// ordered by first sample, marks by time, charges as they arrived; all traces and marks that the board will
// ever yield with a time before `watermark` are in this batch or an earlier one (a trace counts by its first
// sample).
struct Batch {
    std::uint32_t board = 0;
    std::vector<std::uint16_t> samples;
    std::vector<DeviceTrace> traces;
    std::vector<Mark> marks;
    std::vector<Charge> charges;
    std::vector<DeviceEvent> device_events;
    proto::ClockTime watermark;
    std::optional<ClockBound> clock_bound;  // of the watermark's epoch, where the source knows one
    bool last = false;                      // the source has ended (a replay at its end)

    void clear();  // for reuse, keeping memory
};

// Where a source puts its batches: a bounded queue into the gate.
class Sink {
  public:
    virtual ~Sink() = default;
    // A cleared batch to fill, reused ones first.
    virtual Batch empty() = 0;
    // A source that can wait (a replay, an accelerated simulation) does: false only after a stop was
    // requested.
    virtual bool wait_and_put(Batch&& batch) = 0;
    // A live source cannot: false if the queue is full; the batch was then dropped and counted here, and its
    // slots will say lost-buffer-full.
    virtual bool put_or_drop(Batch&& batch) = 0;
};

struct SourceInfo {
    std::uint32_t board = 0;
    std::string name;
    std::string kind;        // "simulation", "replay", …
    bool simulated = false;  // an indelible property of every run that uses it
    std::uint32_t clock_domain = 0;
    double frequency_hz = 0;  // of the clock domain's ticks
};

// One board. run() is called on a thread of its own and returns within 200 ms of a stop request.
class Source {
  public:
    virtual ~Source() = default;
    virtual SourceInfo info() const = 0;
    // Talks to the device before a run begins: who it is, its settings applied and read back. A source that
    // has nothing to ask has nothing to refuse. Errors: CONFIG, IO, TIMED_OUT, naming device and register.
    virtual proto::Status prepare() { return {}; }
    virtual proto::Status run(Sink& sink, std::stop_token stop) = 0;
};

}  // namespace spillgate::hw

// One daemon's road from batches to messages: slot tracker, gate and verdict book behind one thread. Opens no
// thread, socket or file. What comes out depends only on what the boards yielded, not on how it was cut into
// batches or in which order the boards' batches arrived.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daq/clocks/clock_tie_statistics.hpp"
#include "daq/outlet.hpp"
#include "hw/source.hpp"
#include "proto/ledger.hpp"
#include "proto/result.hpp"
#include "proto/schema/config.pb.h"

namespace spillgate::daq {

// Which mark becomes slot 0 of a run. Both empty: the next one.
struct StartRule {
    // The first mark at or after this reading. A lead that starts several daemons puts it about half a period
    // after a mark that it saw, so that a daemon that misses the first mark still numbers it 0.
    std::optional<proto::ClockTime> not_before;
    std::optional<std::uint64_t> not_before_cycle;  // the facility's cycle id of slot 0, where marks bring it
};

struct PipelineSettings {
    config::Config config;
    std::string daemon;
    std::vector<hw::SourceInfo> sources;       // one per board of this daemon, started or not
    std::function<void(hw::Batch&&)> recycle;  // takes spent batches back for reuse; may be empty
    std::function<std::int64_t()> utc_ns;      // host clock; empty: proto::utc_now_ns
    std::function<std::uint32_t()> utc_state;  // 0 unknown, 1 synchronised, 2 unsynchronised; empty: 0
};

// How full a bounded buffer inside the pipeline is.
struct BufferUse {
    std::string name;
    std::uint64_t used = 0;
    std::uint64_t capacity = 0;
    std::uint64_t high_water = 0;
    std::uint64_t dropped = 0;
};

struct PipelineStatistics {
    double mark_rate_hz = 0;   // marks per second of clock time, averaged like the period; 0 before two marks
    double period_ns = 0;      // slow running mean; the nominal period before two marks
    double period_rms_ns = 0;  // of single periods about the mean
    std::uint64_t relocks = 0;  // the facility moved its phase and the tracker followed
    std::uint64_t next_slot = 0;
    std::uint64_t next_sequence = 0;
    proto::Ledger ledger;                  // of this run's verdicts so far, with the named faults
    std::vector<proto::NamedCount> drops;  // everything else that was dropped or doubted, by name
    std::vector<BufferUse> buffers;
    std::vector<ClockTieStatistics> ties;      // one per clock that is not the reference's
    std::vector<wire::LiveCheck> live_checks;  // by pulser channel
    std::optional<proto::ClockTime> newest;    // latest reading of the reference clock
    double frequency_hz = 0;                   // of that clock
};

class Pipeline {
  public:
    // Errors: CONFIG (windows that the mode needs are missing or contradict each other, no board that gives
    // marks, boards of a clock domain with different frequencies or without one that gives marks, several
    // clock domains in FREE_RUNNING, a board without a source).
    static proto::Result<Pipeline> create(PipelineSettings settings);
    Pipeline(Pipeline&&) noexcept;
    Pipeline& operator=(Pipeline&&) noexcept;
    ~Pipeline();

    // Arms a run. Before it, and between runs, batches only teach the tracker the period. `simulated` marks
    // every slot, besides what the sources say of themselves; in a `beam_off` run slots without a charge
    // report are no-beam.
    void begin(std::uint32_t run, StartRule start, bool simulated = false, bool beam_off = false);
    // Takes one batch and emits every message that it completes.
    void accept(hw::Batch&& batch, Outlet& outlet);
    // Slots whose mark comes later than what has been accepted are paused: no record, a verdict all the same.
    void pause();
    void resume();
    // Ends the run: the last slot is the last one whose windows have ended by what has been accepted (for
    // sources that have said `last`, the last one that they gave). Every slot up to it gets its verdict now.
    void finish(Outlet& outlet);

    std::uint32_t mark_board() const;  // whose marks open slots
    bool begun() const;                // between begin() and finish()
    bool started() const;              // slot 0 has come
    bool ended() const;                // every source has said `last`
    PipelineStatistics statistics() const;

  private:
    struct State;
    explicit Pipeline(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace spillgate::daq

// The gate: traces and slots → one Spill record per slot. First file to read in this folder.
//
//   window_plan.hpp    the configured windows in ticks, and their reach
//   trace_store.hpp    traces that wait for their slot
//   mark_history.hpp   where marks were, or may have been
//   dead_time.hpp      when boards could not record, and what pulsers find of it
//   losses.hpp         what is known to be missing of each board's stream
//   slot_frame.hpp     one slot as each board's clock has it
//   record_writer.hpp  chosen traces and windows → the Spill record, reduced as policies say
//   pulse_finder.hpp   which parts of a trace policy PULSES keeps
//   record_pool.hpp    records for reuse
//
// A slot is open from its mark until its last window has ended by every board's watermark, plus the reorder
// margin. Only then are its traces chosen and its windows labelled, so the result depends on nothing but
// times. Boards on other clocks than the slot's are cut by their own t0 (ClockLines); traces of one that is
// not tied are never chosen.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "daq/clocks/clock_lines.hpp"
#include "daq/gate/dead_time.hpp"
#include "daq/gate/gated_channel.hpp"
#include "daq/gate/losses.hpp"
#include "daq/gate/mark_history.hpp"
#include "daq/gate/record_writer.hpp"
#include "daq/gate/slot_frame.hpp"
#include "daq/gate/trace_store.hpp"
#include "daq/gate/window_plan.hpp"
#include "daq/named_counters.hpp"
#include "daq/slot_tracker.hpp"
#include "proto/spill_record.hpp"

namespace spillgate::daq {

struct GateSettings {
    WindowPlan plan;
    DeadTime dead_time;
    std::vector<GatedChannel> channels;  // empty: every channel, whole, none needed
    std::vector<std::uint32_t> boards;   // of this daemon
    std::uint32_t mark_board = 0;
    std::uint32_t open_slots = 64;
    static GateSettings from(const config::Config& config, const WindowPlan& plan,
                             const std::vector<hw::SourceInfo>& sources, std::uint32_t mark_board);
};

// What became of a slot. `record` is empty if the slot leaves none: paused, lost, or missed without traces.
struct ClosedSlot {
    Slot slot;
    proto::Disposition disposition = wire::INVALID;
    std::uint32_t quality = 0;
    std::shared_ptr<proto::SpillRecord> record;
    std::span<const proto::WindowFact> windows;  // valid until the next close
    std::uint32_t truncated_windows = 0;         // of a slot whose mark came
};

class Gate {
  public:
    explicit Gate(GateSettings settings);

    // A slot, in order of number. false: there is no room; close_oldest_as_lost() makes some.
    bool open(const Slot& slot, bool paused);
    bool full() const { return open_.size() >= settings_.open_slots; }
    std::size_t open_slots() const { return open_.size(); }
    std::size_t high_water() const { return high_water_; }
    // An EXTRACT mark at its time, whatever it will be classified as; before its slot is opened.
    void mark_seen(const proto::ClockTime& time) { marks_.seen(time); }
    void strobe_seen(const proto::ClockTime& time);
    // A quality bit that became known after the slot was opened.
    void add_quality(std::uint64_t slot, std::uint32_t bits);

    // When the stream has passed this, close_next() may be called.
    std::optional<proto::ClockTime> next_due() const;
    // Whether the oldest open slot's windows have ended by `watermark`, without the reorder margin.
    bool oldest_has_ended(const proto::ClockTime& watermark) const;
    bool oldest_is_marked() const { return !open_.empty() && open_.front().slot.marked; }
    std::uint64_t oldest_slot() const { return open_.front().slot.number; }  // with slots open
    const proto::ClockTime& oldest_t0() const { return open_.front().slot.t0; }
    ClosedSlot close_next(TraceStore& traces, const Losses& losses, const ClockLines& lines,
                          NamedCounters& counters);
    ClosedSlot close_oldest_as_lost();
    void begin_run() { dead_time_.begin_run(); }
    std::vector<wire::LiveCheck> live_checks() const { return dead_time_.checks(); }
    void abandon_open();  // the slots that a run leaves behind at its end

    bool wants(const proto::Trace& trace) const;  // its channel is configured
    // Lets go of traces and marks that no slot can want any more, `earliest_next` being the earliest t0 of a
    // slot yet to be opened; counts what no slot took, unless `counters` is null. Returns the bound.
    proto::ClockTime forget(const proto::ClockTime& earliest_next, TraceStore& traces,
                            const ClockLines& lines, NamedCounters* counters);

  private:
    struct Open {
        Slot slot;
        bool paused = false;
        std::uint32_t quality = 0;
    };
    void choose(const Slot& slot, TraceStore& traces);
    bool belongs(const Slot& slot, const TracePlace& place, const GatedChannel* channel) const;
    bool near_window(const Slot& slot, const TracePlace& place) const;
    bool triggered_at(const TracePlace& place, std::int64_t reference) const;
    const GatedChannel* channel_of(const proto::Trace& trace) const;
    std::optional<proto::ClockTime> strobe_of(const Slot& slot) const;
    const ChosenTrace* triggered_by(std::int64_t reference) const;
    void place_windows(const Slot& slot, NamedCounters& counters);
    void label(const Slot& slot);
    void find_dead_time(const Slot& slot, TraceStore& traces, const Losses& losses);
    void check_coverage(const Losses& losses);
    bool covered(const GatedChannel& channel, const proto::Window& window) const;
    bool matters(std::uint32_t board) const;
    std::optional<proto::Disposition> lost(const proto::Window& window, const Losses& losses) const;
    proto::Disposition dispose(const Slot& slot, const Losses& losses) const;
    ClosedSlot finished(const Open& open, proto::Disposition disposition) const;
    bool all_truncated() const;

    GateSettings settings_;
    std::vector<Open> open_;  // in order of number
    std::size_t high_water_ = 0;
    DeadTime dead_time_;
    MarkHistory marks_;
    std::vector<proto::ClockTime> strobes_;
    RecordWriter writer_;

    // Of the slot being closed; kept for their memory.
    SlotFrame frame_;
    std::vector<ChosenTrace> chosen_;
    std::vector<proto::Window> windows_;
    std::vector<proto::WindowFact> facts_;
    double own_mark_slack_ = 0;
};

}  // namespace spillgate::daq

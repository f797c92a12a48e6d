// What the boards deliver, brought into one order: how far all of them have come, which marks lie before
// that, and what was lost. Readings that cannot be true are counted and go no further.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daq/clocks/clock_lines.hpp"
#include "daq/epoch_bridge.hpp"
#include "daq/gate/losses.hpp"
#include "daq/gate/trace_store.hpp"
#include "daq/named_counters.hpp"
#include "hw/source.hpp"
#include "proto/quality.hpp"

namespace spillgate::daq {

struct IntakeSettings {
    std::vector<hw::SourceInfo> sources;
    std::uint32_t mark_board = 0;  // whose marks and charge reports count; those of others repeat them, or
                                   // tie their clocks
    std::int64_t far_future_ticks =
        0;                         // a watermark that jumps further waits for the next batch to confirm it
    std::int64_t stall_ticks = 0;  // a board this far behind the others no longer holds them up
};

// What a device said of itself, to be counted when the stream comes to it.
struct QueuedCount {
    proto::ClockTime time;  // of the clock of `board`
    std::uint32_t board = 0;
    std::string name;
    std::uint64_t count = 0;
};

struct QueuedMark {
    hw::Mark mark;
    bool suspect = false;
};

class StreamIntake {
  public:
    // `lines` outlives it.
    StreamIntake(IntakeSettings settings, ClockLines& lines);

    // Sorts out one batch: traces that `wanted` go to `store`, marks and charge reports to the queues below.
    void take(hw::Batch&& batch, TraceStore& store, proto::FaultCounts& faults, NamedCounters& counters,
              const std::function<bool(const proto::Trace&)>& wanted);

    // Everything before this, on the line of time, has come from every board that still holds the others up.
    // Goes back only when the tie of a clock says that its board is further behind than was guessed.
    std::optional<proto::ClockTime> watermark() const { return watermark_; }
    // After a tie has changed.
    void look_again() { advance(); }
    // In order of time.
    std::vector<QueuedMark>& marks() { return marks_; }
    // The next one of the mark board's clock that leads to the epoch of this mark or one before.
    std::optional<EpochBridge> take_bridge(const proto::ClockTime& mark);
    // The earliest on the line of time, with that time; nothing if there is none.
    std::optional<proto::ClockTime> next_count() const;
    QueuedCount take_count();
    // In order of arrival.
    std::vector<hw::Charge>& charges() { return charges_; }
    Losses& losses() { return losses_; }
    const Losses& losses() const { return losses_; }
    bool all_ended() const;

  private:
    struct Board {
        hw::SourceInfo info;
        std::optional<proto::ClockTime> watermark;
        std::optional<proto::ClockTime> position;  // of its watermark on the line of time
        std::optional<proto::ClockTime> last_mark;
        std::optional<hw::Batch> doubted;  // its watermark is far ahead; the next batch tells
        std::optional<proto::ClockTime>
            behind_since;                         // of its own watermark, while others are an epoch ahead
        std::optional<std::uint32_t> own_domain;  // its counter began anew on its own
        bool lost = false;
        bool ended = false;
    };

    struct Into {
        TraceStore& store;
        proto::FaultCounts& faults;
        NamedCounters& counters;
        const std::function<bool(const proto::Trace&)>& wanted;
    };

    Board* board_of(std::uint32_t id);
    void follow_clock(Board& board, hw::Batch& batch);
    std::size_t earliest_count() const;
    bool is_far_ahead(const Board& board, const proto::ClockTime& time) const;
    void admit(Board& board, hw::Batch&& batch, bool believe_watermark, const Into& into);
    void take_events(Board& board, const hw::Batch& batch);
    void count_later(const Board& board, const hw::DeviceEvent& event, std::string_view name);
    // Whether a mark lies before what its board has said; empty: its time cannot be true. Counts both.
    static std::optional<bool> comes_backwards(const Board& board, const proto::ClockTime& mark,
                                               const proto::ClockTime& limit, const Into& into);
    void take_marks(Board& board, const hw::Batch& batch, const proto::ClockTime& limit, const Into& into);
    void take_tie_marks(Board& board, const hw::Batch& batch, const proto::ClockTime& limit,
                        const Into& into);
    void take_charges(const Board& board, const hw::Batch& batch, const proto::ClockTime& limit,
                      const Into& into);
    void take_traces(const Board& board, hw::Batch&& batch, const proto::ClockTime& limit, const Into& into);
    void advance();

    IntakeSettings settings_;
    ClockLines& lines_;
    std::vector<Board> boards_;
    std::optional<proto::ClockTime> watermark_;
    std::optional<proto::ClockTime> first_front_;  // of this epoch
    std::vector<QueuedMark> marks_;
    std::vector<EpochBridge> bridges_;
    std::vector<QueuedCount> counts_;  // in order of time for each clock
    std::vector<hw::Charge> charges_;
    Losses losses_;
};

}  // namespace spillgate::daq

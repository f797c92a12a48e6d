// Whose readings are of which clock, and how all of them are brought onto one line of time: that of the
// reference clock, the mark board's. A clock is a domain in one epoch. A board whose counter began anew on
// its own (READOPTED), while others of its domain went on, has a clock of its own from then on, with domain
// private_domain + board. Every clock but the reference's has a ClockTie.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daq/clocks/clock_tie.hpp"
#include "daq/clocks/clock_tie_statistics.hpp"
#include "daq/named_counters.hpp"
#include "daq/slot_tracker.hpp"
#include "hw/source.hpp"
#include "proto/quality.hpp"
#include "proto/spill_record.hpp"

namespace spillgate::daq {

// Configured domains and board numbers are below.
inline constexpr std::uint32_t private_domain = 65536;

// The clock of one board in one slot. Boards on the slot's own clock have none.
struct SlotClock {
    std::uint32_t board = 0;
    bool tied = false;     // else `clock` means nothing: no trace of the board can be placed
    bool suspect = false;  // its t0 is a prediction that its marks do not fit
    proto::DomainClock clock;
};

class ClockLines {
  public:
    ClockLines(const config::Config& config, const std::vector<hw::SourceInfo>& sources,
               std::uint32_t mark_board);

    // ---- as batches arrive
    // The domain of what a board reads from now on, given that its counter began anew on its own.
    std::uint32_t readopted(std::uint32_t board);
    // A board has come to this reading.
    void reading(std::uint32_t board, const proto::ClockTime& watermark);
    // An EXTRACT mark, in the order of its board.
    void mark(std::uint32_t board, const hw::Mark& mark);
    // A reading on the line of time. Nothing while unknown.
    std::optional<proto::ClockTime> on_line(std::uint32_t board, const proto::ClockTime& reading) const;
    bool is_reference(std::uint32_t board) const;  // its readings are the line's own
    bool may_lead(std::uint32_t board) const;      // its reading says for certain what time it is
    bool may_hold(std::uint32_t board) const;      // others may have to wait for it
    bool has_ties() const;

    // ---- in order of time
    // The reference goes on in another clock, of which this is the first mark.
    void go_on_in(const proto::ClockTime& first_mark);
    void on_time(const SeenMark& mark);  // an on-time mark of the reference
    // When every tie can be told of the oldest such mark; `settle` does it, and counts what it finds.
    std::optional<proto::ClockTime> next_due() const;
    void settle(proto::FaultCounts& faults, NamedCounters& counters);
    // When a slot can be closed at the earliest, if an on-time mark up to its t0 is still to be settled.
    std::optional<proto::ClockTime> settled_at(const proto::ClockTime& t0) const;
    // A mark that the reference missed at `time` ± `tolerance` ticks, from another clock.
    std::optional<hw::Mark> supply(const proto::ClockTime& time, double tolerance);
    // One per board that is not on the slot's own clock. `begin`: ticks after t0 from which on traces matter.
    void clocks_of(const Slot& slot, std::int64_t begin, std::vector<SlotClock>& clocks) const;
    // Whether no slot whose traces begin at or after `bound` (on the line) can want a trace that ends at
    // `end`.
    bool is_over(std::uint32_t board, const proto::ClockTime& end, const proto::ClockTime& bound) const;
    bool is_tied(std::uint32_t board) const;
    std::vector<ClockTieStatistics> statistics() const;

  private:
    struct Clock {
        std::uint32_t domain = 0;
        std::uint32_t epoch = 0;
        std::optional<std::uint32_t> mark_board;
        std::unique_ptr<ClockTie> tie;                 // none: of the reference's domain
        std::optional<proto::ClockTime> anchor_after;  // its first mark is the first one here after this
    };
    struct Member {
        std::uint32_t board = 0;
        std::uint32_t domain = 0;
        double frequency_hz = 0;
        std::shared_ptr<Clock> now;
        std::shared_ptr<Clock> before;                 // for slots up to …
        std::optional<proto::ClockTime> before_until;  // … this on the line, until `now` is tied
        std::optional<proto::ClockTime> watermark;
    };

    Member* find(std::uint32_t board);
    const Member* find(std::uint32_t board) const;
    std::shared_ptr<Clock> clock_at(const proto::ClockTime& reading) const;
    std::shared_ptr<Clock> make_clock(const Member& member, const proto::ClockTime& reading);
    std::optional<SlotClock> clock_of(const Member& member, const Clock& clock, const Slot& slot,
                                      std::int64_t begin) const;
    proto::ClockTime kept_from(const Member& member) const;
    void anchor(Clock& clock, const proto::ClockTime& here) const;
    bool is_current() const { return arriving_domain_ == domain_ && arriving_epoch_ == epoch_; }
    std::vector<Clock*> tied_clocks() const;

    config::Config config_;
    std::uint32_t mark_board_ = 0;
    double frequency_hz_ = 0;
    std::vector<Member> members_;
    std::uint32_t domain_ = 0;  // of the reference, as far as events have come
    std::uint32_t epoch_ = 0;
    std::uint32_t arriving_domain_ = 0;  // and as far as batches have
    std::uint32_t arriving_epoch_ = 0;
    std::vector<proto::ClockTime> marks_here_;  // recent, as they arrived
    std::vector<SeenMark> pending_;             // on-time marks that are not settled
};

}  // namespace spillgate::daq

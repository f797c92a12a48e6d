// Marks → slots. Predicts the next mark from a slow running mean of the period, classifies every mark,
// numbers every slot, and declares a mark missed as soon as the stream has passed the time at which it was
// due.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "daq/epoch_bridge.hpp"
#include "daq/pipeline.hpp"
#include "hw/source.hpp"
#include "proto/quality.hpp"

namespace spillgate::daq {

struct TrackerSettings {
    double frequency_hz = 0;       // of the clock's ticks
    double period_ticks = 0;       // nominal
    double tolerance_ticks = 0;    // a mark is on time if |Δ − n·T̂| is less
    double averaging_ticks = 0;    // time constant of the mean period
    double drift = 0;              // how far a prediction may wander per time of gap (dimensionless)
    std::uint32_t hole_cycle = 0;  // deliberate holes: cycle id modulo this …
    std::vector<std::uint32_t> hole_phases;  // … is one of these; empty: none
    static TrackerSettings from(const config::Facility& facility, double frequency_hz);
};

// One slot, as the tracker opens it: in order of number, each number once.
struct Slot {
    std::uint64_t number = 0;
    proto::ClockTime t0;        // of the mark; predicted if it was missed
    bool marked = false;        // an on-time mark came
    double uncertainty_ns = 0;  // of t0
    double period_ticks = 0;    // mean period when the slot was opened
    std::uint32_t quality = 0;  // SLOT_ESTIMATED, CLOCK_SUSPECT, OTHER_TARGET (a deliberate hole)
    std::optional<std::uint64_t>
        cycle_id;  // the mark's; inferred for a missed mark where its neighbours had one
};

enum class MarkClass : std::uint8_t { ON_TIME, EXTRA, DUPLICATE, OUT_OF_TOLERANCE };

// Told by the tracker, in order of decision.
class TrackerListener {
  public:
    virtual ~TrackerListener() = default;
    virtual void slot_opened(const Slot& slot) = 0;
    // Every EXTRACT mark exactly once, inside or outside a run. `slot`: the one that it came nearest to,
    // opened before; empty outside a run.
    virtual void mark_classified(const proto::ClockTime& time, MarkClass mark_class,
                                 std::optional<std::uint64_t> slot) = 0;
    virtual void fault(proto::Fault fault) = 0;
    virtual void doubt(const char* name) = 0;  // counted by name; not one of proto::Fault
};

// Classification (T̂: mean period, δ = Δ − n·T̂ from the last on-time mark, n the nearest whole number):
//   on time           |δ| < tolerance, the slot has no mark yet. n > 1: the marks between were missed
//   duplicate         |δ| < tolerance of a mark that its slot already has, or of an earlier stray
//   extra             stray, and the nearest slot has an on-time mark (before or after it)
//   out of tolerance  stray, and the nearest slot has none: that slot's mark counts as missed
// A stray opens no slot and moves no prediction. The third of three strays whose spacings are one to four
// whole periods (within the tolerance), with no on-time mark between, becomes the new reference: the facility
// has moved. It is itself out of tolerance still; the next mark is on time at the new phase. Where cycle ids
// come with the marks, they number the slots across gaps that time alone cannot count, and across epochs;
// where time is certain and they contradict it, time stands, the contradiction is counted
// (`cycle-id-disagrees`) and the slot is CLOCK_SUSPECT.
class SlotTracker {
  public:
    explicit SlotTracker(TrackerSettings settings);

    // Arms a run: numbers begin with the slot that `rule` names.
    void begin(const StartRule& rule);
    void end();  // of the run; the period and phase stay

    // Marks in order of time, after everything due before them. `suspect`: its reading is doubted.
    void mark(const hw::Mark& mark, bool suspect, TrackerListener& listener);
    // When the stream has passed this, the next slot's mark is missed. Empty before the first mark and from
    // the end of an epoch to the next mark.
    std::optional<proto::ClockTime> next_due() const;
    // Declares the mark of next_due() missed.
    void miss(TrackerListener& listener);
    // The stream has gone to a later epoch: nothing is predicted until its first mark.
    void leave_epoch(TrackerListener& listener);
    // Before the first mark of that later epoch: how many slots went by can be counted, where no cycle id
    // tells.
    void cross(const EpochBridge& bridge, TrackerListener& listener);

    // No slot will be opened with a t0 before this. Empty before the first mark of an epoch.
    std::optional<proto::ClockTime> earliest_next() const;
    bool started() const { return origin_.has_value(); }
    std::uint64_t next_slot() const;
    double tolerance_ticks() const { return settings_.tolerance_ticks; }
    double period_ticks() const { return period_; }
    double period_rms_ticks() const;
    double mark_rate_hz() const;
    std::uint64_t relocks() const { return relocks_; }

  private:
    struct Stray {
        proto::ClockTime time;
        std::int64_t index = 0;
    };
    struct Nearest {
        std::int64_t index = 0;
        std::int64_t periods = 0;  // n
        double delta = 0;          // δ
        double elapsed = 0;        // Δ
        bool estimated = false;
    };

    proto::ClockTime prediction(std::int64_t index) const;
    Nearest nearest(const proto::ClockTime& time) const;
    void first_mark_of_epoch(const hw::Mark& mark, bool suspect, TrackerListener& listener);
    void count_gap(const proto::ClockTime& first, Nearest& where, TrackerListener& listener) const;
    void accept(const hw::Mark& mark, const Nearest& where, bool suspect, TrackerListener& listener);
    void stray(const hw::Mark& mark, const Nearest& where, TrackerListener& listener);
    void relock(const hw::Mark& mark, const Nearest& where, TrackerListener& listener);
    bool check_cycle(const hw::Mark& mark, Nearest& where, TrackerListener& listener);
    void settle_early(std::int64_t index, MarkClass mark_class, TrackerListener& listener);
    void learn_period(const Nearest& where);
    void count_mark(bool marked);
    void open_missed(std::int64_t index, const proto::ClockTime& t0, double elapsed,
                     TrackerListener& listener);
    void open(Slot slot, std::int64_t index, TrackerListener& listener);
    bool start_here(const Slot& slot, std::int64_t index, TrackerListener& listener);
    bool start_at_cycle(const Slot& slot, std::int64_t index, TrackerListener& listener);
    bool start_at_time(const Slot& slot, std::int64_t index, TrackerListener& listener);
    void start(std::int64_t slots_before, const Slot& slot, std::int64_t index, TrackerListener& listener);
    void tell(const proto::ClockTime& time, MarkClass mark_class, std::int64_t index,
              TrackerListener& listener);
    double wander(double elapsed) const;
    bool is_hole(std::optional<std::uint64_t> cycle_id) const;
    std::optional<std::uint64_t> cycle_of(std::int64_t index) const;

    TrackerSettings settings_;
    double period_ = 0;
    double variance_ = 0;
    double marked_fraction_ = 0;
    std::uint64_t periods_seen_ = 0;

    // The grid: `reference_` is the last on-time mark, of index `reference_index_`; `next_index_` is the
    // first index not opened yet.
    std::optional<proto::ClockTime> reference_;
    std::int64_t reference_index_ = 0;
    struct Carried {
        proto::ClockTime time;
        double uncertainty = 0;  // ticks
    };
    std::optional<Carried> carried_;  // the reference of an epoch before, as a later one would read it
    std::int64_t next_index_ = 0;
    std::optional<std::int64_t> cycle_offset_;  // cycle id − index
    bool cycle_offset_estimated_ = false;       // it was found after an uncertain gap
    bool estimated_ = false;                    // some gap before could not be counted for sure

    std::array<Stray, 16> early_;  // before the next prediction: extra or out of tolerance, not known yet
    std::size_t early_count_ = 0;
    std::optional<Stray> last_stray_;
    int consistent_strays_ = 0;
    std::int64_t cycle_contradiction_ = 0;
    int cycle_contradictions_ = 0;
    std::uint64_t relocks_ = 0;

    bool armed_ = false;
    StartRule rule_;
    bool seen_before_start_ = false;  // a slot before the start was tracked: the first one after it is slot 0
    std::optional<std::int64_t> origin_;  // index of slot 0
};

}  // namespace spillgate::daq

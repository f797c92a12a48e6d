// One further clock, tied to the reference clock by the spill marks that both see.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "daq/clocks/tie_search.hpp"
#include "proto/schema/config.pb.h"

namespace spillgate::daq {

struct ClockTieSettings {
    TieSearchSettings search;
    double here_hz = 0;        // nominal, of the reference clock
    double there_hz = 0;       // nominal, of the tied one
    double period_s = 0;       // of the facility, nominal
    double averaging_s = 2;    // of phase and frequency
    std::size_t history = 64;  // slots whose times are kept
    static ClockTieSettings from(const config::Config& config, double here_hz, double there_hz);
};

// A moment of the reference clock by the tied one.
struct TiedTime {
    proto::ClockTime time;
    double uncertainty_ns = 0;
    double frequency_hz = 0;  // of the tied clock's ticks, by the reference clock
    bool suspect = false;     // the marks there do not fit the tie or stay away: `time` is a prediction
};

// Life: anchored by a first guess, which serves the order of events alone; locked by tie_search when the
// right pairs are certain; from then on every pair moves phase and frequency by a filter of straight lines:
// of expanding memory at first (gains 2(2n − 1)/n(n + 1) and 6/n(n + 1) at pair n), then of fading memory
// (1 − θ² and (1 − θ)², θ = exp(−Δt / averaging); Morrison, Tracking Filter Engineering). A pair farther than
// the limit from the tie moves nothing and makes its slot suspect; four slots in a row without a fitting
// mark, while marks come, are a step of one of the clocks: the tie is given up and sought anew from there on.
// Without marks the prediction goes on until its uncertainty reaches the limit, suspect from the third slot
// on: a clock that was set far ahead shows nothing else until its new readings are reached.
class ClockTie {
  public:
    enum class Outcome : std::uint8_t {
        UNTIED,
        LOCKED,   // from this mark on
        PAIRED,   // its mark there was found
        MISSED,   // it was not: predicted
        DOUBTED,  // a mark there, but beyond the limit: predicted, suspect
        STEPPED,  // given up: one of the clocks was set
        FADED,    // given up: no marks for too long
    };
    struct Settled {
        Outcome outcome = Outcome::UNTIED;
        std::uint32_t strays = 0;  // marks there that belong to none here
    };

    explicit ClockTie(const ClockTieSettings& settings) : settings_(settings) {}

    // The first guess: the first mark there, of those that it has or gets, is the one here at this time; the
    // newest, where it has had many.
    void anchor_at(const proto::ClockTime& here);
    bool anchored() const { return anchored_; }
    bool awaits_anchor() const { return !anchor_here_; }
    // Of a tie of the same clock to what was the reference: its marks after the last pair.
    void take_marks(const ClockTie& before);
    bool locked() const { return locked_; }
    // Whether it is anchored to the clock of this reading.
    bool is_to(const proto::ClockTime& here) const { return anchored_ && here.comparable(relation_.here); }
    // A mark there, in order of time; those of one batch may be ahead of settle().
    void there(const SeenMark& mark);
    // An on-time mark here, in order, once every mark there is known up to `reach()` after it.
    Settled settle(const SeenMark& mark);
    // Readings there before this are gone.
    void unusable_before(const proto::ClockTime& reading);
    // Reference ticks.
    double reach() const;

    // A mark missed here, expected at `time` ± `tolerance` (reference ticks), as the tied clock saw it: in
    // reference time, with the tie's uncertainty. Nothing if not locked or not seen there either.
    std::optional<SeenMark> supply(const proto::ClockTime& time, double tolerance);

    // t0 of a slot, `time` by the reference clock: the mark's own reading where there was one, else
    // predicted. Nothing while untied, or where traces from `begin` (reference ticks after `time`) on were
    // let go before the lock.
    std::optional<TiedTime> at(const proto::ClockTime& time, std::int64_t begin) const;
    // For order alone: when, by the reference clock, everything before a reading there has come. Conservative
    // while locked, a guess while not. Needs anchored().
    proto::ClockTime passed(const proto::ClockTime& reading) const;
    // The other way: readings there before this belong to reference times before `time`.
    proto::ClockTime begins(const proto::ClockTime& time) const;

    double frequency_error() const;  // of the tied clock against nominal; 0 before the first lock
    double residual_rms_ns() const;
    std::uint64_t pairs() const { return pairs_; }
    std::uint64_t locks() const { return locks_; }

  private:
    struct Entry {
        proto::ClockTime here;
        TiedTime there;
    };
    void anchor(const proto::ClockTime& here, std::size_t there);
    Outcome search(const SeenMark& mark);
    Outcome track(const SeenMark& mark, Settled& settled);
    void adjust(const SeenMark& mark, const proto::ClockTime& expected, double residual);
    Outcome give_up(Outcome why);
    void keep(const proto::ClockTime& here, const TiedTime& there);
    bool is_in_doubt() const;
    double uncertainty_ns(const proto::ClockTime& time) const;
    TiedTime predicted(const proto::ClockTime& time, bool suspect) const;
    std::optional<std::size_t> take_nearest(const proto::ClockTime& expected, double distance,
                                            std::uint32_t& strays);

    ClockTieSettings settings_;
    ClockRelation relation_;
    std::optional<proto::ClockTime> anchor_here_;
    bool anchored_ = false;
    bool locked_ = false;
    double updates_ = 0;                           // pairs that phase and frequency rest on
    double variance_ = 0;                          // of residuals, ticks there squared
    int unfit_ = 0;                                // slots in a row
    int missed_ = 0;                               // slots in a row
    proto::ClockTime first_unfit_;                 // of them …
    proto::ClockTime first_unfit_there_;           // … and the last mark there that was seen by then
    std::optional<proto::ClockTime> usable_from_;  // there
    std::vector<SeenMark> heres_;
    std::vector<SeenMark> theres_;
    std::size_t judged_ = 0;      // of theres_, from the front
    std::vector<Entry> entries_;  // a ring
    std::size_t next_entry_ = 0;
    unsigned marks_waited_ = 0;  // for a lock
    std::uint64_t pairs_ = 0;
    std::uint64_t locks_ = 0;
};

}  // namespace spillgate::daq

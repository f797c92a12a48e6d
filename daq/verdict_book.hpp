// Every slot's facts until they are all in: exactly one verdict per slot, in order of slot.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "daq/named_counters.hpp"
#include "daq/slot_tracker.hpp"
#include "hw/source.hpp"
#include "proto/quality.hpp"
#include "proto/spill_record.hpp"

namespace spillgate::daq {

struct VerdictSettings {
    double frequency_hz = 0;
    double period_ticks = 0;     // nominal
    double tolerance_ticks = 0;  // of a mark
    double deadline_ticks = 0;   // after t0; then the verdict comes without charge
    int charge_offset = 0;       // a report that comes with mark N is of slot N + offset (0 or −1)
    std::vector<std::uint32_t> our_flavours;  // empty: all but 0
    std::uint32_t capacity = 1200;            // slots without verdict
    bool expects_charge = true;               // false where there are no marks
    static VerdictSettings from(const config::Config& config, double frequency_hz);
};

// A charge report belongs to the mark with its cycle id; without one on either side, to the mark nearest in
// time within ±T/2. With offset −1 it is the charge of the slot before, if the marks of both are on time and
// of one epoch, so that the gap between them is one period; else that slot keeps CHARGE_UNCORRECTED: neither
// its charge nor its flavour is believed.
//
// A slot's verdict comes when its record has left (or is known not to come), its charge is known, and no mark
// can doubt it any more; or at the deadline; or at the end of the run. In order of slot, so the oldest slot
// that waits for its charge holds back later ones, never longer than its deadline.
class VerdictBook {
  public:
    explicit VerdictBook(VerdictSettings settings);

    // Empties the book for a new run. In a beam-off run a slot whose charge nobody reported brought no
    // protons: its C-shaped window is no C.
    void begin(bool beam_off = false);
    // In order of number. The book must not be full().
    void open(const Slot& slot);
    bool full() const { return count_ == entries_.size(); }
    bool oldest_is_closed() const { return count_ > 0 && entries_[first_].closed; }
    std::size_t unjudged() const { return count_; }
    std::size_t high_water() const { return high_water_; }

    void add_quality(std::uint64_t slot, std::uint32_t bits);
    void beam_on(const proto::ClockTime& time);
    // In order of arrival; kept until the marks around it are known.
    void charge(const hw::Charge& charge, proto::FaultCounts& faults);
    // The gate is done with a slot. `quality`: all bits that it knows.
    void close(std::uint64_t slot, proto::Disposition disposition, std::uint32_t quality,
               std::span<const proto::WindowFact> windows, std::optional<std::uint64_t> record_sequence,
               const proto::ClockTime& now);
    // Slots that are not of the run after all: the last ones, from `slot` on.
    void drop_from(std::uint64_t slot);

    // When something is to be done: a charge report can be matched, or the oldest slot can be judged.
    std::optional<proto::ClockTime> next_due() const;
    // Does what is due first; returns whether `verdict` is now that of the oldest slot, which is forgotten.
    bool act(proto::Verdict& verdict, proto::FaultCounts& faults, NamedCounters& counters);
    // Matches what charge reports there are, whatever the time.
    void match_all(proto::FaultCounts& faults, NamedCounters& counters);
    // The verdict of the oldest slot with what is known now.
    bool judge_oldest(proto::Verdict& verdict, proto::FaultCounts& faults);

  private:
    struct Entry {
        Slot slot;
        bool closed = false;
        bool charge_came = false;
        proto::ClockTime closed_at;
        proto::Disposition disposition = wire::INVALID;
        std::uint32_t quality = 0;
        proto::ChargeState charge_state = wire::CHARGE_MISSING;
        std::int64_t charge_pc = 0;
        std::uint32_t flavour = 0;
        bool facility_veto = false;
        std::optional<std::uint64_t> record_sequence;
        std::vector<proto::WindowFact> windows;
    };

    Entry& at(std::size_t i) { return entries_[(first_ + i) % entries_.size()]; }
    const Entry& at(std::size_t i) const { return entries_[(first_ + i) % entries_.size()]; }
    Entry* find(std::uint64_t slot);
    std::optional<std::size_t> mark_of(const hw::Charge& charge, NamedCounters& counters) const;
    bool is_before_entries(const hw::Charge& charge) const;
    bool is_before_run(const hw::Charge& charge) const;
    std::optional<std::size_t> nearest(const proto::ClockTime& time) const;
    std::optional<proto::ClockTime> judgeable_at() const;
    proto::ClockTime settled_at(const Entry& entry) const;
    proto::ClockTime matchable_at(const hw::Charge& charge) const;
    void match(const hw::Charge& charge, proto::FaultCounts& faults, NamedCounters& counters);
    void assign(std::size_t mark, const hw::Charge& charge, proto::FaultCounts& faults,
                NamedCounters& counters);
    void judge_charge(Entry& entry, proto::FaultCounts& faults) const;
    bool is_ours(std::uint32_t flavour) const;
    bool had_beam_on(const Entry& entry) const;

    VerdictSettings settings_;
    std::vector<Entry> entries_;  // a ring
    std::size_t first_ = 0;
    std::size_t count_ = 0;
    std::size_t high_water_ = 0;
    std::vector<hw::Charge> charges_;  // not matched yet, in order of arrival
    std::optional<hw::Charge> last_charge_;
    std::optional<proto::ClockTime> first_t0_;  // of the run's first slot: reports before it are not ours
    std::vector<proto::ClockTime> beam_on_;
    bool beam_on_in_use_ = false;
    bool beam_off_ = false;
};

}  // namespace spillgate::daq

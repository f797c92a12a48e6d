// One daemon's share of one run in the spectra: records joined to their verdicts, every slot filled exactly
// once, and the account of it by sequence number. What the daemon has acknowledged as synced is *settled*;
// what has not been is kept apart, candidates and all, so that a daemon's crash can take it back: the disk is
// the truth.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "offline/engine.hpp"
#include "online/interval_set.hpp"
#include "proto/spill_record.hpp"

namespace spillgate::online {

class RunStream {  // single-threaded
  public:
    // `pending_slots` bounds both the slots that wait for their other half and those that wait to be settled.
    RunStream(std::shared_ptr<const offline::Engine> engine, std::size_t pending_slots);

    // A message with this sequence number is still to be taken.
    bool wants(std::uint64_t sequence) const { return !received_.contains(sequence); }
    // The record of a slot, reconstructed. False: it was there already (counted).
    bool add(std::uint64_t sequence, offline::SlotCandidates&& candidates);
    // Memory of settled slots, to reconstruct the next one into.
    offline::SlotCandidates spare();
    bool add(const proto::Verdict& verdict);
    // A message that carries nothing for spectra, or that can never be read: nothing waits for it any more.
    void skip(std::uint64_t sequence);

    // Everything with a sequence number below `end` is synced on disk.
    void acknowledge(std::uint64_t end);
    std::uint64_t acknowledged() const { return acknowledged_; }
    // All that was taken is on disk: settles what is complete. Verdicts whose record will never come are
    // settled as slots without exposure, as reprocessing does; records that will never have a verdict give
    // nothing.
    void settle_at_end(const IntervalSet& recorded);
    // Forgets everything that is not settled; it counts as missing again.
    void forget_unsettled();
    // Forgets everything.
    void reset();

    // Of all that is joined, settled or not.
    const offline::Spectra& live() const { return *live_; }
    const offline::Spectra& settled() const { return *settled_; }
    const IntervalSet& received() const { return received_; }
    const IntervalSet& settled_sequences() const { return settled_sequences_; }
    const IntervalSet& settled_slots() const { return settled_slots_; }
    std::uint64_t slots_filled() const;  // settled or not
    // Of slots_filled(), those that were spills.
    std::uint64_t spills_filled() const { return live_spills_; }
    std::uint64_t spills_settled() const { return settled_spills_; }
    // How often slots were taken back that live() had.
    std::uint64_t taken_back() const { return taken_back_; }
    std::uint64_t slots_waiting() const { return halves_.size(); }
    std::uint64_t duplicates() const { return duplicates_; }
    std::uint64_t overflows() const { return overflows_; }

    // Restores a checkpoint's settled part. Errors: CORRUPT.
    proto::Status restore(std::string_view spectra, IntervalSet sequences, IntervalSet slots,
                          std::uint64_t spills);

  private:
    struct Half {
        std::optional<offline::SlotCandidates> candidates;
        std::uint64_t record_sequence = 0;
        std::optional<proto::Verdict> verdict;
    };
    using Halves = std::map<std::uint64_t, Half>;  // by slot

    void join(Halves::iterator half);
    bool synced(const Half& half) const;
    static void fill(offline::Spectra& spectra, const Half& half);
    void settle(Half& half);
    void bound();

    std::shared_ptr<const offline::Engine> engine_;
    std::size_t limit_;
    std::unique_ptr<offline::Spectra> settled_;
    std::unique_ptr<offline::Spectra> live_;  // settled_ and joined_
    IntervalSet settled_sequences_;
    IntervalSet settled_slots_;
    IntervalSet received_;
    Halves halves_;            // waiting for the other half
    std::deque<Half> joined_;  // complete, not yet settled
    std::vector<offline::SlotCandidates> spare_;
    std::uint64_t settled_spills_ = 0;
    std::uint64_t live_spills_ = 0;
    std::uint64_t taken_back_ = 0;
    std::uint64_t acknowledged_ = 0;
    std::uint64_t duplicates_ = 0;
    std::uint64_t overflows_ = 0;
};

}  // namespace spillgate::online

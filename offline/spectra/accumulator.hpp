// Joins the candidates of a slot with its verdict and fills spectra, each slot of a daemon exactly once, in
// whatever order the two arrive. Bounded: what had to be given up is counted and may be offered again (a gap
// healed from run files).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "offline/reconstruction/candidate.hpp"
#include "offline/spectra/slot_account.hpp"
#include "offline/spectra/spectra.hpp"
#include "proto/spill_record.hpp"

namespace spillgate::offline {

struct AccumulatorCounts {
    std::uint64_t joined = 0;          // slots filled from candidates and verdict
    std::uint64_t without_record = 0;  // slots filled from a verdict alone: there is no record
    std::uint64_t record_lost = 0;     // slots filled from a verdict alone at finish(): its record never came
    std::uint64_t verdict_lost = 0;    // candidates dropped at finish(): their verdict never came
    std::uint64_t duplicates = 0;      // candidates or verdicts of a slot that was already there: ignored
    std::uint64_t given_up_records = 0;  // candidates pushed out by newer ones: max_pending reached
    std::uint64_t given_up_verdicts = 0;
    bool operator==(const AccumulatorCounts&) const = default;
};

// Single-threaded; refers to its spectra. Nothing is allocated per slot once max_pending has been seen.
class Accumulator {
  public:
    using Observer =
        std::function<void(std::string_view daemon, const SlotCandidates&, const proto::Verdict&)>;

    // Holds at most `max_pending` candidates and as many verdicts; beyond that, the lowest slots go.
    Accumulator(Spectra& spectra, std::size_t max_pending);

    // Told of every slot that is filled from candidates, just after. Called on the caller's thread.
    void observe(Observer observer) { observer_ = std::move(observer); }

    // Takes the content of `candidates` and gives back other memory for reuse.
    void add(std::string_view daemon, SlotCandidates& candidates);
    void add(const proto::Verdict& verdict);  // daemon and slot are the verdict's

    // At the end of a run: verdicts that still wait for their record count as slots without exposure,
    // candidates without a verdict are dropped. Counted.
    void finish();

    bool accounted(std::string_view daemon, std::uint64_t slot) const;
    const std::map<std::string, SlotAccount, std::less<>>& account() const { return account_; }
    // Continues from a checkpoint: these slots are in the spectra already.
    void restore(std::map<std::string, SlotAccount, std::less<>> account) { account_ = std::move(account); }
    std::size_t pending_records() const { return candidates_.size(); }
    std::size_t pending_verdicts() const { return verdicts_.size(); }
    const AccumulatorCounts& counts() const { return counts_; }

  private:
    struct Key {
        std::uint64_t slot = 0;
        std::uint32_t daemon = 0;  // index into daemons_
        auto operator<=>(const Key&) const = default;
    };
    using Candidates = std::map<Key, SlotCandidates>;
    using Verdicts = std::map<Key, proto::Verdict>;

    Key key_of(std::string_view daemon, std::uint64_t slot);
    SlotAccount& account_of(std::string_view daemon);
    void fill(std::string_view daemon, const SlotCandidates& candidates, const proto::Verdict& verdict);

    Spectra& spectra_;
    std::size_t max_pending_;
    Observer observer_;
    std::vector<std::string> daemons_;
    Candidates candidates_;
    Verdicts verdicts_;
    std::vector<Candidates::node_type> spare_candidates_;
    std::vector<Verdicts::node_type> spare_verdicts_;
    std::map<std::string, SlotAccount, std::less<>> account_;
    AccumulatorCounts counts_;
};

}  // namespace spillgate::offline

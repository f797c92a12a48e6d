// The ledger: immutable per-slot facts (verdicts) and their sums. Counts, live time and POT all come from
// here, under one mask; nothing else computes exposure.
#pragma once

#include <cstdint>

#include "proto/quality.hpp"
#include "proto/schema/run.pb.h"
#include "proto/spill_record.hpp"

namespace spillgate::proto {

// Sums verdicts. Integer arithmetic throughout, so the order of verdicts does not matter. O(1) memory.
class Ledger {
  public:
    void add(const Verdict& verdict);
    void add(Fault fault, std::uint64_t n = 1) { faults_.add(fault, n); }
    void set_faults(const FaultCounts& faults) { faults_ = faults; }
    void merge(const Ledger& other);

    std::uint64_t slots() const { return totals_.slots(); }
    // Every slot is in exactly one disposition; false means that this run does not close.
    bool closes() const;
    wire::LedgerTotals totals() const;

  private:
    wire::LedgerTotals totals_;
    std::array<std::uint64_t, slot_quality_bits> quality_{};
    FaultCounts faults_;
};

}  // namespace spillgate::proto

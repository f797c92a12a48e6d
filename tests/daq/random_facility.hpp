// A random facility and detector with injected faults, and what was truly the case. What a slot must end as
// is worked out here from the truth alone: slowly, one slot at a time, without any of the pipeline's code.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "tests/daq/stream_bench.hpp"

namespace spillgate::daq::test {

struct FacilityOptions {
    int slots = 120;
    bool with_cycle_ids = false;
    int charge_offset = 0;
    bool is_self_triggered = false;
    double fault_rate = 0.04;  // of each kind, per slot
};

// What truly happened in one slot.
struct TrueSlot {
    double time = 0;  // of its mark, whether or not it came
    bool mark_on_time = false;
    bool mark_stray = false;  // came off the prediction
    bool duplicate = false;
    std::vector<double> extra;  // further marks, nearest to this slot
    bool record = false;        // beam-triggered: came
    bool record_short = false;
    bool record_dropped = false;  // a full buffer took it
    bool report = false;          // of this slot's charge
    std::int64_t charge_pc = 0;
    std::uint32_t flavour = 1;
    bool veto = false;
};

// What the ledger must say of it.
struct ExpectedSlot {
    proto::Disposition disposition = wire::INVALID;
    bool in_time = false;          // a known C window
    bool anti_coincident = false;  // a known AC window
    std::uint32_t quality = 0;
    proto::ChargeState charge_state = wire::CHARGE_MISSING;
    std::int64_t charge_pc = 0;
    bool spill = false;
};

class RandomFacility {
  public:
    RandomFacility(std::uint64_t seed, const FacilityOptions& options);

    const std::vector<TrueSlot>& truth() const { return truth_; }
    std::vector<ExpectedSlot> expected() const;
    // The same for a daemon that missed some marks more (by slot).
    Stream stream(const std::vector<bool>& missed_too = {}) const;
    std::vector<double> true_marks() const;  // every slot's, and every extra one
    config::Config config() const;

  private:
    ExpectedSlot expect(std::size_t n) const;

    FacilityOptions options_;
    std::vector<TrueSlot> truth_;
};

}  // namespace spillgate::daq::test

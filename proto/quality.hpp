// Quality bits of a slot, and the named faults of timing and charge. Both are counted under these names
// everywhere.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace spillgate::proto {

// Independent of the disposition. Stored in SpillHeader.quality (what was known when the record left) and,
// final, in Verdict.quality.
enum class SlotQuality : std::uint32_t {
    NO_BEAM = 1u << 0,  // the clock ticked, protons did not come (flavour 0, or charge below any spill)
    VETOED = 1u << 1,   // the facility vetoed the pulse
    CHARGE_MISSING = 1u << 2,
    CHARGE_UNCORRECTED = 1u << 3,
    CHARGE_ESTIMATED = 1u << 4,
    OUT_OF_TOLERANCE = 1u << 5,  // a mark came, off the prediction: it opened no window
    CLOCK_SUSPECT = 1u << 6,     // time went backwards, or the clock drifts against the wall clock
    SLOT_ESTIMATED = 1u << 7,    // the slot's number rests on an uncertain gap
    OTHER_TARGET = 1u << 8,      // a flavour that is not ours, or a deliberate hole
    VETOED_WITH_CHARGE = 1u << 9,
    WINDOW_TRUNCATED = 1u << 10,
    SIMULATED = 1u << 11,
    EXTRA_MARK = 1u << 12,  // an extra mark fell into this slot; an AC window that it could touch is unknown
    DUPLICATE_MARK = 1u << 13,
};
inline constexpr int slot_quality_bits = 14;

// Names as in config (Selection.reject_slot_quality), ledger and metrics, by bit.
inline constexpr std::array<std::string_view, slot_quality_bits> slot_quality_names{
    "no-beam",          "vetoed",        "charge-missing", "charge-uncorrected", "charge-estimated",
    "out-of-tolerance", "clock-suspect", "slot-estimated", "other-target",       "vetoed-with-charge",
    "window-truncated", "simulated",     "extra-mark",     "duplicate-mark",
};

inline std::uint32_t bit(SlotQuality q) {
    return static_cast<std::uint32_t>(q);
}
// Error: nothing, if no bit has this name.
std::optional<SlotQuality> slot_quality_from_name(std::string_view name);

// Faults of timing and charge; each has its own counter and ledger entry (LedgerTotals.faults).
enum class Fault : std::uint8_t {
    TIME_BACKWARDS,
    MARK_MISSED,
    MARK_DUPLICATE,
    MARK_EXTRA,
    MARK_OUT_OF_TOLERANCE,
    FLAVOUR_NOT_OURS,
    CHARGE_MISSING,
    CHARGE_UNCORRECTED,
    CHARGE_OUT_OF_ORDER,
    CHARGE_FOR_NO_MARK,
    VETOED_WITH_CHARGE,
    WINDOW_TRUNCATED,
    TIMESTAMP_ROLLOVER,
    FAR_FUTURE_TIMESTAMP,
    CLOCK_DRIFT,
};
inline constexpr int fault_count = 15;
inline constexpr std::array<std::string_view, fault_count> fault_names{
    "time-backwards",        "mark-missed",          "mark-duplicate",     "mark-extra",
    "mark-out-of-tolerance", "flavour-not-ours",     "charge-missing",     "charge-uncorrected",
    "charge-out-of-order",   "charge-for-no-mark",   "vetoed-with-charge", "window-truncated",
    "timestamp-rollover",    "far-future-timestamp", "clock-drift",
};
inline std::string_view name_of(Fault fault) {
    return fault_names[static_cast<std::size_t>(fault)];
}

// Counters of all faults.
class FaultCounts {
  public:
    void add(Fault fault, std::uint64_t n = 1) { counts_[static_cast<std::size_t>(fault)] += n; }
    std::uint64_t of(Fault fault) const { return counts_[static_cast<std::size_t>(fault)]; }
    bool operator==(const FaultCounts&) const = default;

  private:
    std::array<std::uint64_t, fault_count> counts_{};
};

}  // namespace spillgate::proto

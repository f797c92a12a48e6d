// All histograms of a config with their exposures, filled slot by slot: integer counts and integer sums, so
// that merging and order do not change a bit.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "offline/reconstruction/candidate.hpp"
#include "proto/result.hpp"
#include "proto/spill_record.hpp"

namespace spillgate::offline {

// Exposure under one selection, summed over the spectrum's channels. E in ns is ticks over frequency.
struct ExposureSums {
    std::int64_t in_time_ticks = 0;  // Σ roi − dead, of passing C windows
    std::int64_t anti_coincident_ticks = 0;
    std::int64_t free_ticks = 0;
    std::uint64_t in_time_windows = 0;  // passing
    std::uint64_t anti_coincident_windows = 0;
    std::uint64_t free_windows = 0;
    std::uint64_t in_time_rejected = 0;  // complete, but failed a cut that costs exposure
    std::uint64_t anti_coincident_rejected = 0;
    std::int64_t live_charge_measured_pc = 0;  // of slots whose C window passes
    std::int64_t live_charge_estimated_pc = 0;
    std::uint64_t live_charge_missing_slots = 0;
    double frequency_hz = 0;
    bool operator==(const ExposureSums&) const = default;
};

struct AxisView {
    std::string variable, label, unit;
    std::uint32_t bins = 0;
    double min = 0, max = 0;
};

// Counts of one window kind: bins in row-major order, first axis slowest, each axis with underflow first and
// overflow last ((bins+2) per axis). The upper edge belongs to the next bin.
struct HistogramView {
    std::string_view name;
    std::string_view title;
    std::span<const AxisView> axes;
    std::span<const std::uint64_t> in_time;
    std::span<const std::uint64_t> anti_coincident;
    std::span<const std::uint64_t> free;
    const ExposureSums* exposure = nullptr;
};

class Spectra {
  public:
    virtual ~Spectra() = default;
    // Selects and fills one slot. Only slots with disposition complete or truncated reach histograms; of a
    // truncated one only the untruncated windows. O(candidates × spectra).
    virtual void fill(const SlotCandidates& candidates, const proto::Verdict& verdict) = 0;
    // A verdict whose slot has no record: counts as a slot, gives no exposure.
    virtual void fill(const proto::Verdict& verdict) = 0;
    virtual void merge(const Spectra& other) = 0;  // same engine hash
    virtual std::size_t size() const = 0;
    virtual HistogramView histogram(std::size_t index) const = 0;
    virtual std::uint64_t slots() const = 0;  // verdicts filled
    virtual std::unique_ptr<Spectra> clone() const = 0;
    // Exact state as bytes, for checkpoints and merging. Errors on read: CORRUPT.
    virtual std::string serialise() const = 0;
    virtual proto::Status restore(std::string_view bytes) = 0;
};

}  // namespace spillgate::offline

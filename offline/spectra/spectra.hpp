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

namespace spillgate::proto {
class Unsealing;
}

namespace spillgate::offline {

// Exposure of one window kind under one selection, summed over the spectrum's channels.
struct KindExposure {
    // Σ (roi − dead time) of passing windows in ps: each window's ticks over its clock's frequency, rounded
    // to the picosecond, so boards of different frequencies add up and order does not matter. Saturates.
    std::int64_t live_ps = 0;
    std::uint64_t windows = 0;   // passing
    std::uint64_t rejected = 0;  // whole and labelled, but failed what costs exposure
    double live_ns() const { return static_cast<double>(live_ps) * 1e-3; }
    bool operator==(const KindExposure&) const = default;
};

// Exposure under one selection. What passes is defined in docs/spectra.md.
struct ExposureSums {
    KindExposure in_time;          // C: windows of spills
    KindExposure anti_coincident;  // AC
    KindExposure free;             // runs without marks
    KindExposure no_beam;          // C-shaped windows at marks that brought no protons
    // Charge of slots whose C window passes, once per channel of the spectrum: over `channels` of
    // HistogramView it is the live POT.
    std::int64_t live_charge_measured_pc = 0;
    std::int64_t live_charge_estimated_pc = 0;
    std::uint64_t live_charge_missing_slots = 0;
    std::uint64_t live_charge_uncorrected_slots = 0;
    bool operator==(const ExposureSums&) const = default;
};

struct AxisView {
    std::string variable, label, unit;
    std::uint32_t bins = 0;
    double min = 0, max = 0;
};

// What a view leaves out of the in-time candidates, since the runs are blinded (docs/blinding.md).
enum class Sealing : std::uint8_t {
    NONE,  // nothing
    BOX,   // those inside the box
    ALL,   // every one: a chain has no box, or every window has an entry, so that what is missing outside the
           // box would count what is inside
};

// min ≤ variable < max, one range of a chain's box.
struct BoxRangeView {
    std::string chain, variable;
    double min = 0, max = 0;
};

// Counts of one spectrum per window kind: bins in row-major order, first axis slowest, each axis with
// underflow first and overflow last ((bins+2) per axis). The upper edge belongs to the next bin; NaN is
// overflow.
struct HistogramView {
    std::string_view name;
    std::string_view title;
    std::string_view selection;
    std::span<const AxisView> axes;          // one or two
    std::span<const std::uint64_t> in_time;  // but what is sealed; of ALL, zeros that mean nothing
    std::span<const std::uint64_t> anti_coincident;
    std::span<const std::uint64_t> free;
    std::span<const std::uint64_t> no_beam;
    const ExposureSums* exposure = nullptr;
    std::uint32_t channels = 0;             // detector channels summed
    double alpha_relative_uncertainty = 0;  // of the selection: exposure/residual.hpp
    Sealing sealed = Sealing::NONE;
    // The boxes of its channels' chains; empty, if one of them has none or every window has an entry. What is
    // filled outside of them, flow bins included, is the sideband (blinding/sideband.hpp).
    std::span<const BoxRangeView> box;
    std::uint64_t in_time_outside = 0;
    std::uint64_t anti_coincident_outside = 0;
};

class Spectra {
  public:
    virtual ~Spectra() = default;
    // Selects and fills one slot. Only slots with disposition complete or truncated reach histograms; of a
    // truncated one only the untruncated windows. O(candidates × spectra).
    virtual void fill(const SlotCandidates& candidates, const proto::Verdict& verdict) = 0;
    // A verdict whose slot has no record: counts as a slot, gives no exposure.
    virtual void fill(const proto::Verdict& verdict) = 0;
    // Both of one engine hash; throws std::logic_error otherwise.
    virtual void merge(const Spectra& other) = 0;
    virtual std::size_t size() const = 0;
    // Without what is sealed.
    virtual HistogramView histogram(std::size_t index) const = 0;
    // A copy whose histograms hold what is sealed, too, for looking at: its state as bytes and its clones are
    // sealed as before. Whether the key is that of the runs in here, the caller knows (blinding/shown.hpp).
    virtual std::unique_ptr<const Spectra> unsealed(const proto::Unsealing& key) const = 0;
    virtual std::uint64_t slots() const = 0;  // verdicts filled
    virtual std::uint64_t inconsistent_slots()
        const = 0;  // record and verdict name different numbers of windows
    virtual std::unique_ptr<Spectra> clone() const = 0;
    // Exact state as bytes, for checkpoints and merging. Errors on read: CORRUPT, UNSUPPORTED, REFUSED
    // (another engine's); then nothing has changed.
    virtual std::string serialise() const = 0;
    virtual proto::Status restore(std::string_view bytes) = 0;
};

}  // namespace spillgate::offline

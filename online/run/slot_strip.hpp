// The last slots of the run one by one, as the lead's verdicts tell them.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "proto/spill_record.hpp"

namespace spillgate::online {

struct SlotPoint {
    std::uint64_t slot = 0;
    // Of its mark from one mean period per slot after the mark before it; NaN if either was not seen or their
    // clocks cannot be compared.
    double deviation_ns = std::numeric_limits<double>::quiet_NaN();
    std::int64_t charge_pc = 0;  // meaningful unless CHARGE_MISSING
    proto::ChargeState charge_state = wire::CHARGE_MISSING;
    proto::Disposition disposition = wire::INVALID;
    std::uint32_t quality = 0;  // SlotQuality
    std::int64_t utc_ns = 0;    // when its verdict was given, by the daemon's host

    bool has(proto::SlotQuality q) const { return (quality & proto::bit(q)) != 0; }
    bool is_marked() const { return disposition != wire::MARK_MISSED; }
    bool is_lost() const {
        return disposition == wire::LOST_BUFFER_FULL || disposition == wire::LOST_DEVICE ||
               disposition == wire::LOST_CORRUPT || disposition == wire::LOST_DISK;
    }
    // As proto::Verdict::is_spill.
    bool is_spill() const {
        return is_marked() && !has(proto::SlotQuality::NO_BEAM) && !has(proto::SlotQuality::OTHER_TARGET) &&
               !has(proto::SlotQuality::VETOED);
    }
};

// What readers get: immutable, oldest slot first. A slot whose verdict did not come is not among them.
struct SlotStripView {
    std::uint32_t run = 0;  // 0: none yet
    std::vector<SlotPoint> slots;
};

// Written by one thread. Memory is fixed: nothing is allocated but by view().
class SlotStrip {
  public:
    static constexpr std::size_t length = 600;

    // O(1). Verdicts of one daemon, the lead; in any order, though a slot that comes after later ones (read
    // back from files) has a deviation only if the one before it is there. A higher run number begins anew;
    // verdicts of lower ones, or older than the strip, are left out. `mean_period_ns`: as the daemon's status
    // says; not above zero: not known.
    void add(const proto::Verdict& verdict, double mean_period_ns);

    // O(length); for each snapshot.
    std::shared_ptr<const SlotStripView> view() const;

  private:
    struct Mark {
        std::uint64_t slot = 0;
        proto::ClockTime t0;
        double frequency_hz = 0;
    };
    struct Place {
        bool filled = false;
        SlotPoint point;
        Mark mark;
    };
    const Mark* mark_before(std::uint64_t slot) const;
    void begin(std::uint32_t run);

    std::array<Place, length> places_;  // of a slot: slot % length
    std::uint32_t run_ = 0;
    std::uint64_t end_ = 0;          // one past the newest slot; 0: none
    std::optional<Mark> last_mark_;  // the newest that was seen
};

}  // namespace spillgate::online

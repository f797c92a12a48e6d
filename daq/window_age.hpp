// How old a slot's last window is when its record leaves: from what the board whose marks count says of its
// clock and the host's. At most, since such a bound is all that a host can know.
#pragma once

#include <cstdint>
#include <optional>

#include "hw/source.hpp"
#include "proto/spill_record.hpp"

namespace spillgate::daq {

class WindowAge {
  public:
    explicit WindowAge(double frequency_hz) : frequency_hz_(frequency_hz) {}

    // A batch of that board.
    void observe(const hw::Batch& batch);
    // In ns, at this moment of the host's steady clock, since the last of the record's windows ended; 0 where
    // the source says nothing, or the record is of another epoch.
    std::int64_t of(const proto::SpillRecord& record, std::int64_t steady_ns) const;

  private:
    double frequency_hz_;
    std::optional<hw::ClockBound> bound_;
    proto::ClockTime epoch_;  // any reading of the bound's clock and epoch
};

}  // namespace spillgate::daq

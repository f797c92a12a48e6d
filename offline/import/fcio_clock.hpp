// The time of FCIO events: seconds since the clock's start (PPS) and ticks of 250 MHz in the second → ticks
// of one clock. Source: FlashCam I/O library, fcio.c (timestamp, timeoffset).
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "offline/import/fcio_record.hpp"
#include "offline/import/recording.hpp"

namespace spillgate::offline {

class FcioClock {
  public:
    static constexpr std::int64_t ticks_per_second = 250'000'000;
    static constexpr double tick_ns = 4;

    struct Reading {
        std::uint32_t epoch = 0;
        std::int64_t ticks = 0;
    };

    // Files given together follow each other on one clock, as a run of FlashCam writes them.
    explicit FcioClock(const Recording& before);

    // The time of an event record, by its fields 2 and 3. Steps back, and UTC at the begin of an epoch, are
    // entered into the recording. Errors: CORRUPT (fields too short, a negative time), IO.
    proto::Result<Reading> read(const InputBytes& file, const FcioRecord& event, bool gps,
                                Recording& recording);

    // Events whose second has another number of ticks, scaled; and one that cannot be, not scaled.
    std::uint64_t scaled() const { return scaled_; }
    std::uint64_t doubted() const { return doubted_; }

  private:
    std::int64_t nominal_ticks(std::int64_t ticks, std::int64_t in_second);

    std::uint32_t epoch_ = 0;
    std::optional<std::int64_t> last_ticks_;
    std::uint64_t scaled_ = 0;
    std::uint64_t doubted_ = 0;
};

}  // namespace spillgate::offline

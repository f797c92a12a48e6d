// Charge, flavour and veto from an ADARA stream over TCP.
#pragma once

#include <cstdint>
#include <memory>

#include "hw/beam/adara/adara_packets.hpp"
#include "hw/beam/feed.hpp"

namespace spillgate::hw::beam {

// Connects, says hello, reads RTDL packets, and connects again after a second if the stream ends or is lost.
// Counted: `adara-disconnected`, `adara-stream-corrupt`, `adara-rtdl-corrupt`.
proto::Result<std::unique_ptr<Feed>> make_adara_feed(const config::BeamSource& source,
                                                     const config::Facility& facility);

namespace adara {

// Packets → reports. With charge offset −1 a packet's charge, flavour and veto are of the pulse before: if
// the time between the two is not within a quarter period of one period, the report is uncorrected. So is one
// whose veto bits are bad. The cycle of the super-cycle is no cycle id, since it comes again: reports are
// matched by the pulse's time.
class PulseReports {
  public:
    PulseReports(double period_ns, bool of_pulse_before)
        : period_ns_(period_ns), of_before_(of_pulse_before) {}
    Report next(const Rtdl& rtdl, std::int64_t arrival_ns);

  private:
    double period_ns_;
    bool of_before_;
    bool any_ = false;
    std::int64_t last_utc_ns_ = 0;
};

}  // namespace adara

}  // namespace spillgate::hw::beam

// Which reading of a device's clock belongs to a moment of the host's: learnt from when its batches arrive.
#pragma once

#include <cstdint>
#include <optional>

#include "proto/time.hpp"

namespace spillgate::hw::beam {

// What a batch says was over by the time of its watermark arrived later than that, never earlier: so the
// least delay seen in the last 10 to 20 s is an upper bound of the offset between the clocks, late by the
// shortest way from device to host (a bank-read device: milliseconds). A drift of 100 ppm moves it by 2 ms in
// that time.
class HostTie {
  public:
    explicit HostTie(double frequency_hz) : frequency_hz_(frequency_hz) {}

    void observe(const proto::ClockTime& watermark, std::int64_t host_ns);
    void clear();
    // Enough was seen to build on.
    bool known() const { return observations_ >= 20; }
    // The device's reading at a moment of the host's clock; early by no more than the shortest way. Empty if
    // !known().
    std::optional<proto::ClockTime> reading(std::int64_t host_ns) const;

  private:
    double frequency_hz_;
    std::uint64_t observations_ = 0;
    proto::ClockTime base_;  // delays are counted from here
    std::int64_t base_host_ns_ = 0;
    std::int64_t window_began_ns_ = 0;
    std::optional<std::int64_t> least_;         // of this window, ns more than base
    std::optional<std::int64_t> least_before_;  // of the one before
};

}  // namespace spillgate::hw::beam

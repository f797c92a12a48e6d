// What is known to be lost of each board's stream: stretches that a device or a full buffer dropped, and how
// far each board has delivered. All times are of the board's own clock.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "daq/clocks/clock_order.hpp"
#include "proto/spill_record.hpp"

namespace spillgate::daq {

class Losses {
  public:
    explicit Losses(const std::vector<std::uint32_t>& boards);

    // Traces of `board` in [begin, end) are lost; `reason` is LOST_BUFFER_FULL, LOST_CORRUPT or LOST_DEVICE.
    void dropped(std::uint32_t board, const proto::ClockTime& begin, const proto::ClockTime& end,
                 proto::Disposition reason);
    // The device is gone from `begin` on, until it is readopted.
    void gone(std::uint32_t board, const proto::ClockTime& begin);
    void readopted(std::uint32_t board, const proto::ClockTime& time);
    void delivered(std::uint32_t board, const proto::ClockTime& watermark);
    // Lets go of stretches that are over: is_over(board, end); not of those in which a device was gone, while
    // `keeps_gone`.
    template <class IsOver>
    void forget(bool keeps_gone, IsOver&& is_over) {
        std::erase_if(stretches_, [&](const Stretch& s) {
            const bool kept = keeps_gone && s.reason == wire::LOST_DEVICE;
            return s.end && !kept && is_over(s.board, *s.end);
        });
    }

    // Tells (begin, end) of every stretch of `board` that is known to end.
    template <class Tell>
    void each_of(std::uint32_t board, Tell&& tell) const {
        for (const auto& s : stretches_)
            if (s.board == board && s.end) tell(s.begin, *s.end);
    }

    // Why something of [begin, end) of `board` is missing; empty if nothing is.
    std::optional<proto::Disposition> lost(std::uint32_t board, const proto::ClockTime& begin,
                                           const proto::ClockTime& end) const;

  private:
    struct Stretch {
        std::uint32_t board = 0;
        proto::ClockTime begin;
        std::optional<proto::ClockTime> end;
        proto::Disposition reason = wire::LOST_DEVICE;
    };
    struct Front {
        std::uint32_t board = 0;
        std::optional<proto::ClockTime> watermark;
    };
    std::vector<Front> fronts_;
    std::vector<Stretch> stretches_;
};

}  // namespace spillgate::daq

// When boards could not record, by the model that the configuration states (Board.dead_time) and by what they
// say of dropped stretches; and what pulser channels find of it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "proto/schema/config.pb.h"
#include "proto/schema/run.pb.h"

namespace spillgate::daq {

// FIXED: from the end of each trace of a channel for after_trace_ns that channel is dead, or all channels of
// the board (whole_board). A trace itself is live: whatever comes is in it. A detector is a detector channel
// that has a chain, with its partners: it is dead while one of them is. A window's dead time is the mean over
// the detectors, because exposure is summed over them. A detector without partners on a board without dead
// time is never dead.
class DeadTime {
  public:
    DeadTime() = default;
    // Of the channels of these boards; ticks are of a clock of `frequency_hz`.
    DeadTime(const config::Config& config, const std::vector<std::uint32_t>& boards, double frequency_hz);

    bool in_use() const { return longest_ > 0 || !pulsers_.empty(); }
    std::int64_t longest_ticks() const { return longest_; }  // after a trace

    // One slot; all times are ticks after its t0.
    void begin_slot() { traces_.clear(), drops_.clear(); }
    void trace(std::uint32_t board, std::uint32_t channel, std::int64_t begin, std::int64_t end);
    void dropped(std::uint32_t board, std::int64_t begin, std::int64_t end);
    std::int64_t inside(std::int64_t roi_begin, std::int64_t roi_end);

    // Pulsers, over the rois of a run.
    void begin_run();
    void look_for_pulses(std::int64_t roi_begin, std::int64_t roi_end);
    std::vector<wire::LiveCheck> checks() const;

  private:
    struct Channel {
        std::uint32_t board = 0;
        std::uint32_t channel = 0;
    };
    struct Pulser {
        Channel channel;
        std::string name;
        double rate_hz = 0;
        bool random = false;
        std::uint64_t found = 0;
        std::int64_t roi = 0;
        std::int64_t blocked = 0;
    };
    struct Board {
        std::uint32_t board = 0;
        std::int64_t after_trace = 0;
        bool whole_board = false;
    };
    struct Stretch {
        Channel of;
        std::int64_t begin = 0;
        std::int64_t end = 0;
    };
    const Board* board_of(std::uint32_t board) const;
    // Adds to stretches_ when the channel was dead; `but_own`: leaving out what its own traces did.
    void add_dead(const Channel& channel, bool but_own);
    std::int64_t sum_inside(std::int64_t begin, std::int64_t end);

    double frequency_hz_ = 0;
    std::int64_t longest_ = 0;
    std::vector<Board> boards_;
    std::vector<std::vector<Channel>> detectors_;
    std::vector<Pulser> pulsers_;
    std::vector<Stretch> traces_;
    std::vector<Stretch> drops_;
    std::vector<Stretch> stretches_;  // being summed
};

}  // namespace spillgate::daq

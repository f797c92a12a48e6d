// From what slots told of channels to what is shown: the whole run and the newest stretch, side by side.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "online/channels/channel_tallies.hpp"
#include "online/channels/channels_view.hpp"
#include "proto/schema/config.pb.h"

namespace spillgate::online {

// Of a run that is over, in one go. `utc_ns`: of its begin. Cost: an SPE fit per channel, each some 0.05 s.
ChannelsView levels_of(const std::vector<WatchedChannel>& channels, const ChannelTallies& run,
                       std::int64_t utc_ns);

// Of one that goes on.
class ChannelLevels {  // single-threaded
  public:
    using Clock = std::chrono::steady_clock;

    explicit ChannelLevels(std::vector<WatchedChannel> channels);

    // What came since the last call. Of a new run `run` begins anew; the newest stretch does not care.
    void add(const ChannelTallies& more, Clock::time_point now, std::int64_t utc_ns);
    // Cost: at most four SPE fits, each some 0.05 s. A fit holds for a minute (recent) or until the run's
    // pulses are a tenth more, and for 10 s at least, with a minimum or without.
    ChannelsView view(Clock::time_point now, std::int64_t utc_ns);

  private:
    struct Slice {
        Clock::time_point begin, end;
        ChannelTallies tallies;
    };
    // A fit that holds for a while.
    struct Fitted {
        std::optional<Clock::time_point> at;
        std::uint64_t singles = 0;  // that it was made from
        std::optional<MeasuredLevel> spe;
    };
    ChannelTally recent(std::size_t channel, Clock::time_point now) const;
    ChannelInterval interval(const ChannelTally& tally, std::optional<double> expected_spe_adc,
                             Fitted& fitted, bool is_due, Clock::time_point now);

    std::vector<WatchedChannel> channels_;
    ChannelTallies run_;
    std::deque<Slice> slices_;  // oldest first
    std::vector<Fitted> recent_fits_, run_fits_;
    std::vector<std::optional<Clock::time_point>> heard_;  // by channel
    std::int64_t since_utc_ns_ = 0;
    int fits_left_ = 0;  // of this view
    std::size_t first_fit_ = 0;
};

}  // namespace spillgate::online

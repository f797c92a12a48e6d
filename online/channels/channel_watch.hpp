// Makes what is shown of channels beside the live thread, which waits for none of it. First file to read of
// this folder: channel_tallies.hpp adds up what slots tell, channel_levels.hpp makes values of it,
// channels_view.hpp says which.
#pragma once

#include <atomic>
#include <memory>

#include "online/channels/channel_levels.hpp"
#include "online/channels/channel_tallies.hpp"
#include "online/feed/board.hpp"
#include "online/worker.hpp"
#include "proto/schema/config.pb.h"

namespace spillgate::online {

class ChannelWatch {  // owns a thread; stops when the view at hand is made
  public:
    explicit ChannelWatch(const config::Config& config);

    ChannelTallies tallies() const { return ChannelTallies(channels_); }  // empty
    // False: what came last is still worked at. Then the rest goes with the next.
    bool ready() const { return !busy_; }
    // What came since the last call, and be it nothing. From one thread; waits for nothing.
    void take(ChannelTallies more);
    std::shared_ptr<const ChannelsView> newest() const { return board_.newest(); }  // never empty
    // What was last known in this run, the newest or the one before it; empty: nothing.
    std::shared_ptr<const ChannelsView> newest_of(std::uint32_t run) const;

  private:
    const std::vector<WatchedChannel> channels_;
    ChannelLevels levels_;  // of the worker's thread
    Board<ChannelsView> board_;
    Board<ChannelsView> run_before_;
    std::atomic<bool> busy_ = false;
    Worker worker_{4};  // last: it uses all of the above
};

}  // namespace spillgate::online

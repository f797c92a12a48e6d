#include "online/channels/channel_watch.hpp"

#include <utility>

#include "proto/time.hpp"

namespace spillgate::online {

ChannelWatch::ChannelWatch(const config::Config& config)
    : channels_(watched_channels(config)), levels_(channels_) {
    board_.publish(
        std::make_shared<const ChannelsView>(levels_.view(ChannelLevels::Clock::now(), proto::utc_now_ns())));
}

void ChannelWatch::take(ChannelTallies more) {
    busy_ = true;
    const auto now = ChannelLevels::Clock::now();
    const auto utc_ns = proto::utc_now_ns();
    const bool taken = worker_.post([this, more = std::move(more), now, utc_ns] {
        levels_.add(more, now, utc_ns);
        board_.publish(std::make_shared<const ChannelsView>(levels_.view(now, utc_ns)));
        busy_ = false;
    });
    if (!taken) busy_ = false;
}

}  // namespace spillgate::online

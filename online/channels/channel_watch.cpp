#include "online/channels/channel_watch.hpp"

#include <utility>

#include "proto/time.hpp"

namespace spillgate::online {

ChannelWatch::ChannelWatch(const config::Config& config)
    : channels_(watched_channels(config)), levels_(channels_) {
    board_.publish(
        std::make_shared<const ChannelsView>(levels_.view(ChannelLevels::Clock::now(), proto::utc_now_ns())));
}

std::shared_ptr<const ChannelsView> ChannelWatch::newest_of(std::uint32_t run) const {
    // In this order: a view that is no longer the newest is the one before by then.
    for (const auto* board : {&board_, &run_before_})
        if (auto view = board->newest(); view && view->run == run) return view;
    return nullptr;
}

void ChannelWatch::take(ChannelTallies more) {
    busy_ = true;
    const auto now = ChannelLevels::Clock::now();
    const auto utc_ns = proto::utc_now_ns();
    const bool taken = worker_.post([this, more = std::move(more), now, utc_ns] {
        levels_.add(more, now, utc_ns);
        auto view = std::make_shared<const ChannelsView>(levels_.view(now, utc_ns));
        if (auto last = board_.newest(); last->run != view->run) run_before_.publish(std::move(last));
        board_.publish(std::move(view));
        busy_ = false;
    });
    if (!taken) busy_ = false;
}

}  // namespace spillgate::online

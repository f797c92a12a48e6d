#include "offline/plot/slot_channels.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "offline/plot/slot_times.hpp"

namespace spillgate::offline::plot {

namespace {

SlotChannel named(const config::Config& config, const proto::Trace& trace) {
    for (int i = 0; i < config.channel_size(); ++i) {
        const auto& channel = config.channel(i);
        if (channel.board() == trace.board && channel.channel() == trace.channel)
            return {channel.name(), &channel, i, {}};
    }
    return {fmt::format("{}:{}", trace.board, trace.channel), nullptr, -1, {}};
}

std::string names_of(const std::vector<SlotChannel>& channels) {
    std::string names;
    for (const auto& channel : channels)
        names += (names.empty() ? "" : ", ") + channel.name;
    return names.empty() ? "none" : names;
}

}  // namespace

std::vector<SlotChannel> channels_of(const config::Config& config, const proto::SpillRecord& record) {
    std::vector<SlotChannel> channels;
    for (const auto& trace : record.traces) {
        if (trace.stream != wire::RAW || trace.count == 0) continue;
        auto channel = named(config, trace);
        auto there = std::find_if(channels.begin(), channels.end(),
                                  [&](const SlotChannel& other) { return other.name == channel.name; });
        if (there == channels.end()) there = channels.insert(channels.end(), std::move(channel));
        there->traces.push_back(&trace);
    }
    std::stable_sort(channels.begin(), channels.end(), [](const SlotChannel& a, const SlotChannel& b) {
        // Unnamed ones, −1, come last.
        return static_cast<unsigned>(a.index) < static_cast<unsigned>(b.index);
    });
    for (auto& channel : channels)
        std::stable_sort(channel.traces.begin(), channel.traces.end(), [&](const auto* a, const auto* b) {
            return sample_times(record, *a).first < sample_times(record, *b).first;
        });
    return channels;
}

proto::Result<std::vector<SlotChannel>> choose_channels(const config::Config& config,
                                                        const proto::SpillRecord& record,
                                                        const std::vector<std::string>& names,
                                                        std::size_t most) {
    const auto all = channels_of(config, record);
    std::vector<SlotChannel> chosen;
    for (const auto& name : names) {
        const auto found =
            std::find_if(all.begin(), all.end(), [&](const SlotChannel& one) { return one.name == name; });
        if (found == all.end())
            return proto::error(proto::ErrorKind::NOT_FOUND,
                                fmt::format("slot {} has no trace of a channel '{}'; it has traces of: {}",
                                            record.slot, name, names_of(all)));
        chosen.push_back(*found);
    }
    if (names.empty()) chosen = all;
    if (chosen.empty())
        return proto::error(proto::ErrorKind::NOT_FOUND, fmt::format("slot {} has no traces", record.slot));
    if (chosen.size() > most)
        return proto::error(proto::ErrorKind::CONFIG,
                            fmt::format("{} channels are too many for one picture; name up to {} with "
                                        "--channel, of: {}",
                                        chosen.size(), most, names_of(all)));
    return chosen;
}

}  // namespace spillgate::offline::plot

#include "online/feed/feed.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include <fmt/format.h>

#include "proto/time.hpp"

namespace spillgate::online {
namespace {

constexpr std::size_t kept_stamps = 256;  // 25 s at ten updates a second

}  // namespace

void Feed::add(std::shared_ptr<Topic> topic) {
    if (find(topic->name()) != nullptr)
        throw std::logic_error("two topics are called " + std::string(topic->name()));
    entries_.push_back(std::make_unique<Entry>());
    entries_.back()->topic = std::move(topic);
}

void Feed::look(Clock::time_point now) {
    for (const auto& entry : entries_) {
        if (entry->version != 0 && now - entry->at < entry->topic->period()) continue;
        const auto version = entry->topic->version();
        if (version == entry->version) continue;
        entry->version = version;
        entry->stamp = ++version_;
        entry->at = now;
        entry->past.emplace_back(entry->stamp, version);
        if (entry->past.size() > kept_stamps) entry->past.pop_front();
    }
}

Feed::Entry* Feed::find(std::string_view topic) const {
    const auto found =
        std::ranges::find_if(entries_, [&](const auto& entry) { return entry->topic->name() == topic; });
    return found == entries_.end() ? nullptr : found->get();
}

std::uint64_t Feed::had(const Entry& entry, std::uint64_t stamp) {
    const auto later = std::ranges::find_if(entry.past, [&](const auto& past) { return past.first > stamp; });
    return later == entry.past.begin() ? 0 : std::prev(later)->second;
}

std::string message_begin() {
    return fmt::format("{{\"at\":{:.3f}", static_cast<double>(proto::utc_now_ns()) * 1e-9);
}

}  // namespace spillgate::online

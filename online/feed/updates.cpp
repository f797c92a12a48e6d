#include "online/feed/updates.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace spillgate::online {
namespace {

constexpr std::size_t max_waiting = 16;
constexpr std::uint64_t longest_wait_s = 20;

std::optional<std::uint64_t> whole(const std::optional<std::string>& text, std::uint64_t if_absent) {
    if (!text) return if_absent;
    std::uint64_t value = 0;
    const auto [end, failed] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (failed != std::errc() || end != text->data() + text->size()) return std::nullopt;
    return value;
}

}  // namespace

void Updates::ask(const Request& request, Reply reply, Clock::time_point now) {
    const auto since = whole(request.asked("since"), 0);
    const auto wait_s = whole(request.asked("wait_s"), longest_wait_s);
    if (!since || !wait_s || *wait_s > longest_wait_s) {
        return reply(refusal(
            400, fmt::format("since and wait_s are whole numbers; wait_s is at most {}", longest_wait_s)));
    }
    Waiting asked{{}, *since, now + std::chrono::seconds(*wait_s), std::move(reply)};
    const std::string names = request.asked("topics").value_or("status");
    for (std::size_t begin = 0; begin <= names.size();) {
        const auto end = std::min(names.find(',', begin), names.size());
        const auto name = std::string_view(names).substr(begin, end - begin);
        Feed::Entry* const entry = feed_.find(name);
        if (entry == nullptr || !entry->topic->check({}))
            return asked.reply(refusal(400, fmt::format("topic \"{}\" cannot be followed here", name)));
        // Each is answered once: an answer is no larger than what there is to follow.
        if (std::ranges::find(asked.topics, entry) != asked.topics.end())
            return asked.reply(refusal(400, fmt::format("topic \"{}\" is named twice", name)));
        asked.topics.push_back(entry);
        begin = end + 1;
    }
    // A version of before a restart: everything is new.
    if (asked.since > feed_.version()) asked.since = 0;
    if (answered(asked, now)) return;
    if (waiting_.size() >= max_waiting) {
        auto often = refusal(429, fmt::format("{} clients wait already", max_waiting));
        often.headers.emplace_back("Retry-After", "1");
        return asked.reply(std::move(often));
    }
    waiting_.push_back(std::move(asked));
}

std::string Updates::news_for(const Waiting& waiting) const {
    std::string news;
    for (const Feed::Entry* entry : waiting.topics) {
        if (entry->version == 0 || entry->stamp <= waiting.since) continue;
        const auto text = entry->topic->text({}, Feed::had(*entry, waiting.since));
        if (text) news += fmt::format(",\"{}\":{}", entry->topic->name(), *text);
    }
    return news;
}

bool Updates::answered(const Waiting& waiting, Clock::time_point now) const {
    const std::string news = news_for(waiting);
    if (news.empty() && now < waiting.until) return false;
    waiting.reply(as_json(fmt::format("{},\"version\":{}{}}}", message_begin(), feed_.version(), news)));
    return true;
}

void Updates::look(Clock::time_point now) {
    waiting_.remove_if([&](const Waiting& waiting) { return answered(waiting, now); });
}

}  // namespace spillgate::online

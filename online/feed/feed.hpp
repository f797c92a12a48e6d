// What consoles follow over WebSocket, protocol 2 (docs/console/api.md): topics by their names, each sent
// when there is something new.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "online/feed/topic.hpp"
#include "online/http/server.hpp"

namespace spillgate::online {

// All topics, with one count of versions over them. Used on the server's thread alone.
class Feed {
  public:
    using Clock = std::chrono::steady_clock;
    struct Entry {
        std::shared_ptr<Topic> topic;
        std::uint64_t version = 0;  // of the topic, as last looked at
        std::uint64_t stamp = 0;    // of the feed, when that came
        Clock::time_point at{};
        std::deque<std::pair<std::uint64_t, std::uint64_t>> past;  // stamp, version; bounded
    };

    void add(std::shared_ptr<Topic> topic);
    // Takes up what is new.
    void look(Clock::time_point now);
    // Grows when anything is new.
    std::uint64_t version() const { return version_; }
    const std::vector<std::unique_ptr<Entry>>& entries() const { return entries_; }
    Entry* find(std::string_view topic) const;
    // The topic's version that somebody has had who has had everything up to `stamp`; 0: too long ago to
    // know.
    static std::uint64_t had(const Entry& entry, std::uint64_t stamp);

  private:
    std::vector<std::unique_ptr<Entry>> entries_;
    std::uint64_t version_ = 0;
};

// A console's conversation about `feed`, which must outlive it. `welcome` is asked before anything is said:
// its error is why this console must connect again.
std::unique_ptr<Conversation> converse_about(Feed& feed, std::function<proto::Status()> welcome);

// "{"at":UTC seconds", the beginning of each message.
std::string message_begin();

}  // namespace spillgate::online

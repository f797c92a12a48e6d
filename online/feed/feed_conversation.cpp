// One console's wishes, and what of them is new.
#include <map>
#include <string>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "online/feed/feed.hpp"
#include "online/http/rate_limit.hpp"
#include "online/json_body.hpp"

namespace spillgate::online {
namespace {

namespace json = boost::json;

constexpr std::size_t max_topics = 32;
// Answers from the beginning, without a version to build upon, cost most.
constexpr double beginnings_per_s = 10;
constexpr double beginnings_at_once = 40;

class FeedConversation final : public Conversation {
  public:
    FeedConversation(Feed& feed, std::function<proto::Status()> welcome)
        : feed_(feed), welcome_(std::move(welcome)) {}

    proto::Status hear(std::string_view text) override {
        const auto message = parse_object(text);
        if (!message) return nonsense("a message is a JSON object");
        const auto* hidden = message->if_contains("hidden");
        const auto* want = message->if_contains("want");
        if (hidden == nullptr && want == nullptr) return nonsense("a message has \"want\" or \"hidden\"");
        if (hidden != nullptr) {
            if (!hidden->is_bool()) return nonsense("\"hidden\" is true or false");
            hidden_ = hidden->get_bool();
        }
        if (want == nullptr) return {};
        if (!want->is_object()) return nonsense("\"want\" is an object of topics");
        return take(want->get_object());
    }

    proto::Result<SharedText> say() override {
        if (const auto welcome = welcome_(); !welcome) return welcome.error();
        if (hidden_) return SharedText();
        std::string news;
        for (auto& [name, wish] : wishes_)
            tell(wish, news);
        if (!unknown_.empty()) {
            news += fmt::format(",\"unknown\":{}", json::serialize(unknown_));
            unknown_.clear();
        }
        if (news.empty()) return SharedText();
        return std::make_shared<const std::string>(
            fmt::format("{},\"version\":{}{}}}", message_begin(), feed_.version(), news));
    }

    SharedText sign_of_life() override { return std::make_shared<const std::string>(message_begin() + "}"); }

  private:
    struct Wish {
        Feed::Entry* entry = nullptr;
        json::object want;
        std::uint64_t had = 0;
    };

    static proto::Error nonsense(std::string_view why) {
        return proto::error(proto::ErrorKind::CONFIG, std::string(why));
    }

    // The same wish again means: from the beginning. A topic whose wish stays when others change goes on.
    proto::Status take(const json::object& want) {
        if (want.size() > max_topics) return nonsense("too many topics");
        std::map<std::string, Wish, std::less<>> wishes;
        json::array unknown;
        for (const auto& [key, value] : want) {
            const std::string name(key.data(), key.size());
            if (!value.is_object()) return nonsense("each topic's wish is an object");
            Wish wish;
            wish.entry = feed_.find(name);
            wish.want = value.get_object();
            if (wish.entry == nullptr) {
                unknown.emplace_back(name);
                continue;
            }
            if (auto fine = wish.entry->topic->check(wish.want); !fine) return fine;
            wishes.emplace(name, std::move(wish));
        }
        if (want != heard_) {
            for (auto& [name, wish] : wishes) {
                const auto old = wishes_.find(name);
                if (old != wishes_.end() && old->second.want == wish.want) wish.had = old->second.had;
            }
        }
        wishes_ = std::move(wishes);
        unknown_ = std::move(unknown);
        heard_ = want;
        return {};
    }

    void tell(Wish& wish, std::string& news) {
        const Feed::Entry& entry = *wish.entry;
        if (entry.version == wish.had || entry.version == 0) return;
        if (wish.had == 0 && !beginnings_.take(std::chrono::steady_clock::now())) return;
        const SharedText text = entry.topic->text(wish.want, wish.had);
        wish.had = entry.version;
        if (text) news += fmt::format(",\"{}\":{}", entry.topic->name(), *text);
    }

    Feed& feed_;
    std::function<proto::Status()> welcome_;
    std::map<std::string, Wish, std::less<>> wishes_;
    json::array unknown_;  // topics asked for that are not there, told once
    json::object heard_;
    RateLimit beginnings_{beginnings_per_s, beginnings_at_once};
    bool hidden_ = false;
};

}  // namespace

std::unique_ptr<Conversation> converse_about(Feed& feed, std::function<proto::Status()> welcome) {
    return std::make_unique<FeedConversation>(feed, std::move(welcome));
}

}  // namespace spillgate::online

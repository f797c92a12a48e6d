#include "online/console_site.hpp"

#include <chrono>

namespace spillgate::online {
namespace {

using Clock = std::chrono::steady_clock;

Response page(const Assets& assets, const std::string& path) {
    const auto found = assets.find(path);
    if (!found) {
        return refusal(404, path == "/index.html" ? "the console's page is not there (--web-root?)"
                                                  : "there is no such page");
    }
    Response response;
    response.content_type = found->content_type;
    response.owner = found->owner;
    response.view = found->content;
    response.gzipped = found->gzipped;
    response.immutable = found->immutable;
    return response;
}

// A conversation, with what must last as long as it does.
class Attended final : public Conversation {
  public:
    Attended(std::unique_ptr<Conversation> conversation, std::shared_ptr<void> attendance)
        : attendance_(std::move(attendance)), conversation_(std::move(conversation)) {}
    proto::Status hear(std::string_view text) override { return conversation_->hear(text); }
    proto::Result<SharedText> say() override { return conversation_->say(); }
    SharedText sign_of_life() override { return conversation_->sign_of_life(); }

  private:
    std::shared_ptr<void> attendance_;
    std::unique_ptr<Conversation> conversation_;
};

}  // namespace

ConsoleSite::ConsoleSite(const ConsoleParts& parts, const config::Console& console)
    : board_(parts.board), access_(console), updates_(feed_) {
    router_.add(access_.routes());
    feed_.add(access_.topic());
    add_feed();
    add_parts(parts, console);
    add_page(parts.assets);
}

std::variant<Caller, Response> ConsoleSite::admit(const Head& head, const Route* route) {
    return access_.admit(head, route, Clock::now());
}

// With another configuration everything that a console knows by name is another.
std::unique_ptr<Conversation> ConsoleSite::converse(const Caller& caller) {
    auto welcome = [this, caller, config = board_.newest()->config]() -> proto::Status {
        if (board_.newest()->config != config)
            return proto::error(proto::ErrorKind::REFUSED, "another configuration: connect again");
        return access_.welcome(caller, Clock::now());
    };
    return std::make_unique<Attended>(converse_about(feed_, std::move(welcome)), access_.attend(caller));
}

void ConsoleSite::look() {
    const auto now = Clock::now();
    access_.look(now);
    feed_.look(now);
    updates_.look(now);
}

void ConsoleSite::add_feed() {
    Route updates;
    updates.method = "GET";
    updates.pattern = "/api/updates";
    updates.serve = [this](const Request& request, Reply reply) {
        updates_.ask(request, std::move(reply), Clock::now());
    };
    router_.add({std::move(updates), answering("GET", "/api/ws", Need::READ, [](const Request&) {
                     return refusal(426, "this is a WebSocket");
                 })});
}

// Whoever may not read yet must get the page all the same: to sign in.
void ConsoleSite::add_page(const Assets& assets) {
    std::vector<Route> routes;
    routes.push_back(answering("GET", "/{path...}", Need::ANYBODY, [&assets](const Request& request) {
        return page(assets, request.path == "/" ? "/index.html" : request.path);
    }));
    for (const char* method : {"GET", "POST"}) {
        routes.push_back(answering(method, "/api/{path...}", Need::ANYBODY,
                                   [](const Request&) { return refusal(404, "there is no such endpoint"); }));
    }
    router_.add(std::move(routes));
}

}  // namespace spillgate::online

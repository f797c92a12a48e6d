// Signing in and out, and the controls' change of hands.
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "online/access/access.hpp"
#include "online/json_body.hpp"
#include "proto/time.hpp"
#include "proto/wire.hpp"

namespace spillgate::online {
namespace {

namespace json = boost::json;
using Clock = Access::Clock;

class ControlsTopic final : public Topic {
  public:
    explicit ControlsTopic(Controls& controls) : controls_(controls) {}
    std::string_view name() const override { return "controls"; }
    proto::Status check(const json::object& want) const override { return only_fields(want, {}); }

    std::uint64_t version() override {
        if (version_ == controls_.version()) return version_;
        version_ = controls_.version();
        text_ = std::make_shared<const std::string>(json::serialize(controls_.json(Clock::now())));
        return version_;
    }
    SharedText text(const json::object&, std::uint64_t) override { return text_; }

  private:
    Controls& controls_;
    std::uint64_t version_ = 0;
    SharedText text_;
};

std::string cookie(const std::string& host, const std::string& value, bool secure, std::chrono::seconds age) {
    return fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict; Max-Age={}{}", cookie_name(host), value,
                       age.count(), secure ? "; Secure" : "");
}

json::array roles_of(const Caller& caller) {
    json::array roles;
    if (caller.shift) roles.emplace_back("shift");
    if (caller.expert) roles.emplace_back("expert");
    if (caller.unblind) roles.emplace_back("unblind");
    return roles;
}

}  // namespace

Response Access::session_of(const Caller& caller) {
    json::object out{
        {"person", nullptr}, {"session", nullptr}, {"roles", roles_of(caller)}, {"csrf", nullptr}};
    out["trouble"] = people_.trouble().empty() ? json::value(nullptr) : json::value(people_.trouble());
    if (!caller.person.empty()) {
        out["person"] = caller.person;
        out["session"] = caller.session;
        if (const Session* session = sessions_.by_id(caller.session, Clock::now()))
            out["csrf"] = session->csrf;
    }
    return as_json(json::serialize(out));
}

Response Access::sign_in(const Request& request) {
    const auto body = body_of(request.body);
    if (!body) return refusal(body.error());
    const auto token = text_of(*body, "token");
    if (!token) return refusal(token.error());
    const auto now = Clock::now();
    const auto* person = people_.by_token(*token, proto::utc_now_ns() / 1'000'000'000);
    if (person == nullptr) return wrong_token(now);
    const Session& session = sessions_.open(proto::sha256_hex(*token), now);
    Caller caller = admitted(*person, session.id);
    auto response = session_of(caller);
    response.headers.emplace_back("Set-Cookie", cookie(request.host, session.cookie,
                                                       request.caller.beyond_loopback, Sessions::lifetime));
    return response;
}

std::vector<Route> Access::routes() {
    std::vector<Route> routes = controls_routes();
    routes.push_back(answering("GET", "/api/session", Need::ANYBODY,
                               [this](const Request& request) { return session_of(request.caller); }));
    routes.push_back(answering("POST", "/api/session", Need::ANYBODY,
                               [this](const Request& request) { return sign_in(request); }));
    routes.push_back(answering("POST", "/api/session/end", Need::PERSON, [this](const Request& request) {
        controls_.gone(request.caller.session);
        sessions_.end(request.caller.session);
        auto response = as_json(R"({"ok":true})");
        response.headers.emplace_back(
            "Set-Cookie", cookie(request.host, "", request.caller.beyond_loopback, std::chrono::seconds(0)));
        return response;
    }));
    return routes;
}

// The state after it; if it was refused, with the reason.
Response Access::answer(const proto::Status& status) {
    auto state = controls_.json(Clock::now());
    state["ok"] = status.has_value();
    if (status) return as_json(json::serialize(state));
    state["kind"] = "refused";
    state["reason"] = status.error().message;
    auto response = as_json(json::serialize(state));
    response.status = 409;
    return response;
}

std::vector<Route> Access::controls_routes() {
    const auto shift = [](std::string_view action, auto act) {
        return answering("POST", fmt::format("/api/controls/{}", action), Need::SHIFT,
                         [act](const Request& request) {
                             const auto body = body_of(request.body);
                             return body ? act(request.caller, *body) : refusal(body.error());
                         });
    };
    std::vector<Route> routes;
    routes.push_back(answering("GET", "/api/controls", Need::READ, [this](const Request&) {
        return as_json(json::serialize(controls_.json(Clock::now())));
    }));
    routes.push_back(shift("take", [this](const Caller& caller, const json::object& body) {
        const auto force = flag_of(body, "force");
        return force ? answer(controls_.take(caller, *force, Clock::now())) : refusal(force.error());
    }));
    routes.push_back(shift("release", [this](const Caller& caller, const json::object&) {
        return answer(controls_.release(caller, Clock::now()));
    }));
    routes.push_back(shift("offer", [this](const Caller& caller, const json::object& body) {
        const auto to = text_of(body, "session");
        if (!to) return refusal(to.error());
        return answer(controls_.offer(caller, *to, Clock::now()));
    }));
    routes.push_back(shift("accept", [this](const Caller& caller, const json::object&) {
        return answer(controls_.accept(caller, Clock::now()));
    }));
    routes.push_back(shift("decline", [this](const Caller& caller, const json::object&) {
        return answer(controls_.decline(caller, Clock::now()));
    }));
    return routes;
}

std::shared_ptr<Topic> Access::topic() {
    return std::make_shared<ControlsTopic>(controls_);
}

}  // namespace spillgate::online

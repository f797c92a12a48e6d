#include "online/access/access.hpp"

#include <algorithm>
#include <cctype>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "online/json_body.hpp"
#include "online/request_guard.hpp"
#include "proto/loopback.hpp"
#include "proto/time.hpp"
#include "proto/wire.hpp"

namespace spillgate::online {
namespace {

namespace json = boost::json;

constexpr std::string_view bearer = "Bearer ";
constexpr std::string_view script_session = "script: ";

std::int64_t utc_s() {
    return proto::utc_now_ns() / 1'000'000'000;
}

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

// "NAME" of "NAME:443".
std::string_view without_port(std::string_view host) {
    return host.substr(0, host.find(':', host.starts_with('[') ? host.find(']') : 0));
}

std::string_view name_of(Need need) {
    switch (need) {
        case Need::SHIFT:
            return "shift";
        case Need::EXPERT:
            return "expert";
        case Need::UNBLIND:
            return "unblind";
        default:
            return "person";
    }
}

}  // namespace

Caller admitted(const config::Person& person, std::string session) {
    Caller caller;
    caller.person = person.name();
    caller.session = std::move(session);
    for (const auto role : person.role()) {
        caller.shift |= role == config::Person::SHIFT;
        caller.expert |= role == config::Person::EXPERT;
        caller.unblind |= role == config::Person::UNBLIND;
    }
    return caller;
}

std::string cookie_name(std::string_view host) {
    const auto port = host.substr(without_port(host).size());
    return port.empty() ? "spillgate-session" : fmt::format("spillgate-session-{}", port.substr(1));
}

Access::Access(const config::Console& console)
    : people_(console.people_file()), controls_(std::chrono::duration<double>(console.controls_silent_s())) {
    for (const auto& name : console.public_name())
        public_names_.push_back(lower(name));
}

bool Access::is_public(std::string_view host) const {
    return std::ranges::find(public_names_, lower(without_port(host))) != public_names_.end();
}

// The page that this server gave out, by itself or through the proxy before it. Under a public name a page
// that came without TLS is anybody's on the way.
bool Access::allows(const std::string& origin, const std::string& host, bool beyond) const {
    if (is_same_origin(origin, host)) return !is_public(host);
    constexpr std::string_view scheme = "https://";
    if (!beyond || !origin.starts_with(scheme)) return false;
    const std::string_view page = std::string_view(origin).substr(scheme.size());
    return is_public(page) || lower(page) == lower(host);
}

std::variant<Caller, Response> Access::admit(const Head& head, const Route* route, Clock::time_point now) {
    const bool named = is_public(head.host);
    if (!named && !is_loopback_host(head.host)) {
        return refusal(403, fmt::format("this server is not called \"{}\": it answers to loopback names{}",
                                        head.host, public_names_.empty() ? "" : " and its public ones"));
    }
    const bool beyond = named || head.proxied;
    if (!head.origin.empty() && !allows(head.origin, head.host, beyond))
        return refusal(403, "requests from other pages are refused");
    auto identified = identify(head, beyond, now);
    auto* const caller = std::get_if<Caller>(&identified);
    if (caller == nullptr || route == nullptr) return identified;
    if (auto refused = refuse(*caller, head, *route, now)) return std::move(*refused);
    return identified;
}

std::variant<Caller, Response> Access::identify(const Head& head, bool beyond, Clock::time_point now) {
    Caller caller;
    // Another scheme is between the browser and a proxy.
    if (std::string_view(head.authorization).starts_with(bearer)) {
        const auto* person =
            people_.by_token(std::string_view(head.authorization).substr(bearer.size()), utc_s());
        if (person == nullptr) return wrong_token(now);
        caller = admitted(*person, fmt::format("{}{}", script_session, person->name()));
        caller.scripted = true;
    } else if (const auto cookie = cookie_in(head.cookie, cookie_name(head.host)); !cookie.empty()) {
        const Session* const session = sessions_.find(cookie, now);
        const auto* person = session == nullptr ? nullptr : people_.by_hash(session->token_sha256, utc_s());
        if (person != nullptr) {
            caller = admitted(*person, session->id);
        } else if (session != nullptr) {  // whoever has left takes the session along
            controls_.gone(session->id);
            sessions_.end(std::string(session->id));
        }
    }
    caller.beyond_loopback = beyond;
    if (!caller.session.empty()) controls_.heard(caller.session, now);
    return caller;
}

Response Access::wrong_token(Clock::time_point now) {
    if (!sessions_.forgive(now)) {
        auto often = refusal(429, "too many wrong tokens; wait a minute");
        often.headers.emplace_back("Retry-After", "60");
        return often;
    }
    return refusal(
        401, people_.trouble().empty() ? "this token is not known, or its time is over" : people_.trouble());
}

std::optional<Response> Access::refuse(const Caller& caller, const Head& head, const Route& route,
                                       Clock::time_point now) {
    if (!caller.is(route.need)) {
        if (!caller.person.empty()) {
            return refusal(403, fmt::format("{} lacks the role \"{}\" that this needs", caller.person,
                                            name_of(route.need)));
        }
        return refusal(401, people_.trouble().empty() || route.need == Need::READ
                                ? "sign in first: this needs a person's token"
                                : people_.trouble());
    }
    const bool by_cookie = !caller.person.empty() && !caller.scripted;
    if (by_cookie && head.method == "POST" && route.need != Need::ANYBODY) {
        const Session* const session = sessions_.by_id(caller.session, now);
        if (session == nullptr || !tokens_equal(session->csrf, head.csrf))
            return refusal(403, "X-Spillgate-CSRF is missing or old: reload the page");
    }
    if (!route.controls || controls_.held_by(caller, now)) return std::nullopt;
    auto state = controls_.json(now);
    std::string reason = "nobody holds the controls: take them first";
    if (const auto* holder = state.at("holder").if_object())
        reason = fmt::format("{} holds the controls", std::string_view(holder->at("person").as_string()));
    state["ok"] = false;
    state["kind"] = "refused";
    state["reason"] = reason;
    auto response = as_json(json::serialize(state));
    response.status = 409;
    return response;
}

proto::Status Access::welcome(const Caller& caller, Clock::time_point now) {
    // A script's requests are judged one by one, its feed lasts as long as its connection.
    if (!caller.beyond_loopback || caller.scripted) return {};
    if (lasts(caller.session, now)) return {};
    return proto::error(proto::ErrorKind::REFUSED, "sign in again");
}

bool Access::lasts(const std::string& session, Clock::time_point now) {
    const Session* const found = sessions_.by_id(session, now);
    return found != nullptr && people_.by_hash(found->token_sha256, utc_s()) != nullptr;
}

void Access::look(Clock::time_point now) {
    controls_.look(now);
    // On this machine a page may go on reading when its session is over, so that it would never fall silent.
    // Scripts have none: their token is judged with each request.
    const auto& holder = controls_.holder();
    if (!holder || holder->session.starts_with(script_session) || lasts(holder->session, now)) return;
    spdlog::warn("the session of {} is over: the controls are free", holder->person);
    controls_.gone(std::string(holder->session));
}

std::shared_ptr<void> Access::attend(const Caller& caller) {
    if (caller.session.empty()) return nullptr;
    controls_.enter(caller);
    return {nullptr, [this, session = caller.session](void*) { controls_.leave(session); }};
}

}  // namespace spillgate::online

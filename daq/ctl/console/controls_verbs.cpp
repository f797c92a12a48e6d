#include <utility>

#include <fmt/format.h>

#include "daq/ctl/console/answer_fields.hpp"
#include "daq/ctl/console/console_verbs.hpp"

namespace spillgate::daq {

namespace {

namespace json = boost::json;
using proto::error;
using proto::ErrorKind;

std::string controls_text(const json::object& controls) {
    std::string out;
    if (const auto* const holder = object_in(controls, "holder"); holder != nullptr) {
        out += fmt::format("held by {} (session {}) since {} UTC", word_in(*holder, "person"),
                           word_in(*holder, "session"), time_in(*holder, "since_utc_s"));
        const auto silent = number_in(*holder, "silent_s");
        out += silent && *silent >= 1 ? fmt::format(", silent for {:.0f} s\n", *silent) : "\n";
    } else {
        out += "free\n";
    }
    if (const auto* const offer = object_in(controls, "offer"); offer != nullptr)
        out += fmt::format("offered to {} (session {})\n", word_in(*offer, "person"),
                           word_in(*offer, "session"));
    for (const auto* one : objects_in(controls, "present"))
        out += fmt::format("present: {} (session {})\n", word_in(*one, "person"), word_in(*one, "session"));
    return out;
}

ConsoleResult told(const proto::Result<json::object>& controls, bool as_json) {
    if (!controls) return controls.error();
    return ConsoleAnswer{as_json ? json_line(*controls) : controls_text(*controls)};
}

// The session that is meant by its own name, or by that of its person if no other is. Errors: CONFIG.
proto::Result<std::string> session_of(const json::object& controls, const std::string& to) {
    std::vector<std::string> sessions;
    for (const auto* one : objects_in(controls, "present")) {
        auto session = text_in(*one, "session");
        if (session == to) return session;
        if (text_in(*one, "person") == to) sessions.push_back(std::move(session));
    }
    if (sessions.size() == 1) return sessions.front();
    if (sessions.empty())
        return error(ErrorKind::CONFIG,
                     fmt::format("no page of '{}' is open; `controls` says who is present", to));
    return error(ErrorKind::CONFIG, fmt::format("{} has several pages open; say which session: {}", to,
                                                fmt::join(sessions, ", ")));
}

ConsoleVerb act(std::string action, json::object body) {
    return [action = std::move(action), body = std::move(body)](const ConsoleClient& console, bool as_json) {
        return told(console.post(ApiPath("/api/controls").segment(action), body), as_json);
    };
}

}  // namespace

ConsoleVerb show_controls() {
    return [](const ConsoleClient& console, bool as_json) {
        return told(console.get(ApiPath("/api/controls")), as_json);
    };
}

ConsoleVerb take_controls(bool force) {
    return act("take", json::object{{"force", force}});
}

ConsoleVerb release_controls() {
    return act("release", {});
}

ConsoleVerb accept_controls() {
    return act("accept", {});
}

ConsoleVerb decline_controls() {
    return act("decline", {});
}

ConsoleVerb offer_controls(std::string to) {
    return [to = std::move(to)](const ConsoleClient& console, bool as_json) -> ConsoleResult {
        const auto controls = console.get(ApiPath("/api/controls"));
        if (!controls) return controls.error();
        const auto session = session_of(*controls, to);
        if (!session) return session.error();
        return act("offer", json::object{{"session", *session}})(console, as_json);
    };
}

}  // namespace spillgate::daq

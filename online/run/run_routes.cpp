#include "online/run/run_routes.hpp"

#include <algorithm>
#include <array>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "online/json_body.hpp"
#include "proto/names.hpp"

namespace spillgate::online {
namespace {

namespace json = boost::json;
using proto::ErrorKind;

constexpr std::size_t max_name_bytes = 200;

proto::Status take_limits(const json::object& body, wire::RunLimits& limits) {
    const auto* asked = body.if_contains("limits");
    if (asked == nullptr || asked->is_null()) return {};
    if (!asked->is_object()) return proto::error(ErrorKind::CONFIG, "\"limits\" must be an object");
    const json::object& fields = asked->get_object();
    if (auto known = only_fields(fields, {"seconds", "spills", "protons", "bytes"}); !known) return known;
    const auto seconds = number_of(fields, "seconds");
    const auto spills = count_of(fields, "spills");
    const auto protons = number_of(fields, "protons");
    const auto bytes = count_of(fields, "bytes");
    if (!seconds) return seconds.error();
    if (!spills) return spills.error();
    if (!protons) return protons.error();
    if (!bytes) return bytes.error();
    limits.set_seconds(*seconds);
    limits.set_spills(*spills);
    limits.set_protons(*protons);
    limits.set_bytes(*bytes);
    return {};
}

proto::Status start(const json::object& body, std::string_view person, wire::Request& request) {
    if (auto known = only_fields(body, {"type", "note", "operator", "limits", "restart"}); !known)
        return known;
    auto& start = *request.mutable_start();
    const auto type = text_of(body, "type");
    const auto note = text_of(body, "note");
    const auto whom = text_of(body, "operator", max_name_bytes);
    const auto restart = flag_of(body, "restart");
    if (!type) return type.error();
    if (!note) return note.error();
    if (!whom) return whom.error();
    if (!restart) return restart.error();
    const auto known = wire::run_type_from_name(*type);
    if (!known) {
        return proto::error(ErrorKind::CONFIG,
                            fmt::format("run type \"{}\"; allowed are {}", *type, wire::run_type_names()));
    }
    start.set_type(*known);
    start.set_note(*note);
    start.set_operator_(whom->empty() ? std::string(person) : *whom);
    start.set_restart(*restart);
    return take_limits(body, *start.mutable_limits());
}

proto::Status limit(const json::object& body, std::string_view, wire::Request& request) {
    if (auto known = only_fields(body, {"limits", "restart"}); !known) return known;
    const auto restart = flag_of(body, "restart");
    if (!restart) return restart.error();
    request.mutable_limit()->set_restart(*restart);
    return take_limits(body, *request.mutable_limit()->mutable_limits());
}

proto::Status stop(const json::object& body, std::string_view, wire::Request& request) {
    if (auto known = only_fields(body, {"reason"}); !known) return known;
    const auto reason = text_of(body, "reason");
    if (!reason) return reason.error();
    request.mutable_stop()->set_reason(reason->empty() ? "requested" : *reason);
    return {};
}

proto::Status note(const json::object& body, std::string_view, wire::Request& request) {
    if (auto known = only_fields(body, {"text"}); !known) return known;
    const auto text = text_of(body, "text");
    if (!text) return text.error();
    if (text->empty()) return proto::error(ErrorKind::CONFIG, "the note is empty");
    request.mutable_note()->set_text(*text);
    return {};
}

proto::Status configure(const json::object& body, std::string_view, wire::Request& request) {
    if (auto known = only_fields(body, {"name"}); !known) return known;
    const auto name = text_of(body, "name", max_name_bytes);
    if (!name) return name.error();
    request.mutable_configure()->set_name(*name);
    return {};
}

using Fill = proto::Status (*)(const json::object&, std::string_view, wire::Request&);

template <auto Mutable>
proto::Status plain(const json::object& body, std::string_view, wire::Request& request) {
    if (auto known = only_fields(body, {}); !known) return known;
    (request.*Mutable)();
    return {};
}

struct Action {
    std::string_view name;
    Fill fill;
};
constexpr std::array<Action, 8> actions{{{"configure", configure},
                                         {"start", start},
                                         {"pause", plain<&wire::Request::mutable_pause>},
                                         {"resume", plain<&wire::Request::mutable_resume>},
                                         {"stop", stop},
                                         {"reset", plain<&wire::Request::mutable_reset>},
                                         {"note", note},
                                         {"limits", limit}}};

std::string lead_of(const SnapshotBoard& board) {
    const auto snapshot = board.newest();
    if (!snapshot) return {};
    const auto lead = std::ranges::find(snapshot->daemons, true, &DaemonView::lead);
    return lead == snapshot->daemons.end() ? std::string() : lead->name;
}

void serve(const SnapshotBoard& board, ControlClient& control, std::string_view action,
           const Request& request, const Reply& reply) {
    auto asked = run_request(action, request.body, request.caller.person);
    if (!asked) return reply(refusal(asked.error()));
    const std::string lead = lead_of(board);
    if (lead.empty()) return reply(refusal(409, "the config names no lead daemon"));
    const bool posted = control.post(lead, std::move(*asked), [reply](proto::Result<wire::Reply> answer) {
        if (!answer) return reply(refusal(504, answer.error().message));
        if (!answer->ok()) return reply(refusal(409, answer->reason()));
        reply(as_json(json::serialize(json::object{{"ok", true},
                                                   {"state", name_of(answer->status().state())},
                                                   {"run", answer->status().run().number()}})));
    });
    if (!posted) reply(refusal(503, "too many requests are waiting already"));
}

}  // namespace

proto::Result<wire::Request> run_request(std::string_view action, std::string_view body,
                                         std::string_view person) {
    const auto known = std::ranges::find(actions, action, &Action::name);
    if (known == actions.end()) return proto::error(ErrorKind::NOT_FOUND, "there is no such action");
    const auto fields = body_of(body);
    if (!fields) return fields.error();
    wire::Request request;
    request.set_client("console");
    request.set_person(std::string(person));
    if (auto filled = known->fill(*fields, person, request); !filled) return filled.error();
    return request;
}

std::vector<Route> run_routes(const SnapshotBoard& board, ControlClient& control) {
    std::vector<Route> routes;
    for (const Action& action : actions) {
        Route& route = routes.emplace_back();
        route.method = "POST";
        route.pattern = fmt::format("/api/run/{}", action.name);
        route.need = Need::SHIFT;
        route.controls = true;
        route.serve = [&board, &control, name = action.name](const Request& request, const Reply& reply) {
            serve(board, control, name, request, reply);
        };
    }
    return routes;
}

}  // namespace spillgate::online

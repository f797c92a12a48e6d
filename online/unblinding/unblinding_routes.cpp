#include "online/unblinding/unblinding_routes.hpp"

#include <limits>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "offline/blinding/unblind.hpp"
#include "online/json_body.hpp"

namespace spillgate::online {

namespace {

namespace json = boost::json;
using proto::error;
using proto::ErrorKind;

json::object act_json(const proto::LoggedUnblinding& logged) {
    const auto& act = logged.act;
    return {{"number", act.number()},
            {"utc_s", static_cast<double>(act.utc_ns()) * 1e-9},
            {"signed_by", act.signed_by()},
            {"reason", act.reason()},
            {"first_run", act.first_run()},
            {"last_run", act.last_run()},
            {"box", json::array(act.box().begin(), act.box().end())},
            {"software_version", act.software_version()},
            {"sha256", logged.sha256}};
}

// Of the run that is followed; null if there is none, or if it is not blinded.
json::value followed_json(const Snapshot& snapshot, const proto::UnblindingLog& log) {
    const auto& run = snapshot.run.description;
    if (!run || !run->blinded()) return nullptr;
    const std::uint32_t number = run->number();
    const auto key = log.grant({&number, 1});
    return json::object{{"run", number},
                        {"opened_by", key ? json::value(key->citation()) : json::value(nullptr)},
                        {"confirm", offline::confirmation_of(number, number)}};
}

Response state_of(const Snapshot& snapshot, const std::string& runs_dir) {
    const auto log = proto::UnblindingLog::open(runs_dir);
    if (!log) return refusal(log.error());
    json::array acts;
    for (const auto& logged : log->acts())
        acts.push_back(act_json(logged));
    return as_json(json::serialize(json::object{
        {"unblindings", std::move(acts)},
        {"problem", log->chain() ? json::value(nullptr) : json::value(log->chain().error().message)},
        {"followed", followed_json(snapshot, *log)}}));
}

proto::Result<std::uint32_t> run_of(const json::object& body, std::string_view field) {
    const auto number = count_of(body, field);
    if (!number) return number.error();
    if (*number > std::numeric_limits<std::uint32_t>::max())
        return error(ErrorKind::CONFIG, fmt::format("\"{}\" is no run number", field));
    return static_cast<std::uint32_t>(*number);
}

// Signed by whoever asks, and by nobody else.
proto::Result<offline::UnblindRequest> asked_of(const Request& request, const std::string& runs_dir) {
    const auto body = body_of(request.body);
    if (!body) return body.error();
    if (auto known = only_fields(*body, {"first_run", "last_run", "reason", "confirm"}); !known)
        return known.error();
    const auto first = run_of(*body, "first_run");
    if (!first) return first.error();
    const auto last = run_of(*body, "last_run");
    if (!last) return last.error();
    auto reason = text_of(*body, "reason");
    if (!reason) return reason.error();
    auto confirm = text_of(*body, "confirm");
    if (!confirm) return confirm.error();
    return offline::UnblindRequest{
        runs_dir, *first, *last, request.caller.person, std::move(*reason), std::move(*confirm)};
}

LogbookEntry entry_of(const proto::LoggedUnblinding& logged) {
    const auto& act = logged.act;
    LogbookEntry entry;
    entry.utc_ns = act.utc_ns();
    entry.run = act.last_run();
    entry.person = act.signed_by();
    entry.kind = EntryKind::UNBLINDING;
    const auto runs = act.first_run() == act.last_run()
                          ? fmt::format("Run {}", act.first_run())
                          : fmt::format("Runs {} to {}", act.first_run(), act.last_run());
    entry.text = fmt::format("{} unblinded ({}): {}", runs, proto::citation_of(logged), act.reason());
    return entry;
}

Response done(const proto::LoggedUnblinding& logged, json::value logbook) {
    auto response = as_json(json::serialize(
        json::object{{"ok", true}, {"unblinding", act_json(logged)}, {"logbook", std::move(logbook)}}));
    response.status = 201;
    return response;
}

// What is not there to be opened is a refusal, as a broken log is: the route itself is there.
Response refused(const proto::Error& why) {
    const bool of_runs = why.kind == ErrorKind::NOT_FOUND || why.kind == ErrorKind::CORRUPT;
    return of_runs ? refusal(409, why.message) : refusal(why);
}

// The act stands once it is in the log, whether the logbook can be written or not.
void act(const offline::UnblindRequest& asked, Keeper& keeper, const Reply& reply) {
    const auto logged = offline::unblind(asked);
    if (!logged) return reply(refused(logged.error()));
    spdlog::warn("runs {} to {}: {}", asked.first_run, asked.last_run, proto::citation_of(*logged));
    const bool taken = keeper.post([logged = *logged, reply](Records& records) {
        const auto id = records.write(entry_of(logged));
        if (!id) spdlog::error("the unblinding is not in the logbook: {}", id.error().message);
        reply(done(logged, id ? json::value(*id) : json::value(nullptr)));
    });
    if (!taken) reply(done(*logged, nullptr));
}

// `serve` on the worker's thread.
Route worked(Worker& worker, std::string method, Need need,
             std::function<void(const Request&, const Reply&)> serve) {
    Route route;
    route.method = std::move(method);
    route.pattern = "/api/unblinding";
    route.need = need;
    route.serve = [&worker, serve = std::move(serve)](const Request& request, const Reply& reply) {
        if (!worker.post([serve, request, reply] { serve(request, reply); }))
            reply(refusal(503, "too much waits already; try again in a second"));
    };
    return route;
}

}  // namespace

std::vector<Route> unblinding_routes(const SnapshotBoard& board, Worker& worker, Keeper& keeper,
                                     const std::string& runs_dir) {
    return {worked(worker, "GET", Need::READ,
                   [&board, runs_dir](const Request&, const Reply& reply) {
                       reply(state_of(*board.newest(), runs_dir));
                   }),
            worked(worker, "POST", Need::UNBLIND,
                   [&keeper, runs_dir](const Request& request, const Reply& reply) {
                       const auto asked = asked_of(request, runs_dir);
                       if (!asked) return reply(refusal(asked.error()));
                       act(*asked, keeper, reply);
                   })};
}

}  // namespace spillgate::online

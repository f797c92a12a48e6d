#include "online/runs/run_list_routes.hpp"

#include <charconv>
#include <limits>
#include <utility>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "online/json_body.hpp"
#include "online/keeper/query_number.hpp"
#include "online/run_exports.hpp"
#include "proto/names.hpp"

namespace spillgate::online {

namespace {

namespace json = boost::json;
using proto::error;
using proto::ErrorKind;

Response as_answer(const proto::Result<json::object>& object) {
    return object ? as_json(json::serialize(*object)) : refusal(object.error());
}

proto::Result<std::uint32_t> run_in(const Request& request) {
    const std::string& text = request.values.at("run");
    std::uint32_t number = 0;
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number);
    if (read.ec != std::errc{} || read.ptr != end || number == 0)
        return error(ErrorKind::CONFIG, fmt::format("'{}' is no run number", text));
    return number;
}

Database* desk_of(Records& records) {
    const auto desk = records.desk();
    return desk ? *desk : nullptr;
}

proto::Result<RunQuery> query_of(const Request& request) {
    RunQuery query;
    const auto before = query_number(request, "before", 0);
    if (!before) return before.error();
    if (*before > std::numeric_limits<std::uint32_t>::max())
        return error(ErrorKind::CONFIG, fmt::format("before = {} is no run number", *before));
    const auto limit = query_number(request, "limit", query.limit);
    if (!limit) return limit.error();
    query.before = static_cast<std::uint32_t>(*before);
    query.limit = *limit;
    query.text = request.asked("text").value_or("");
    if (const auto type = request.asked("type"); type && !type->empty()) {
        query.type = wire::run_type_from_name(*type);
        if (!query.type)
            return error(ErrorKind::CONFIG,
                         fmt::format("type is '{}'; allowed are: {}", *type, wire::run_type_names()));
    }
    return query;
}

RunGoingOn going_on(Records& records, const SnapshotBoard& board) {
    RunGoingOn out{records.run(), {}};
    if (const auto now = board.newest()) out.so_far = now->run.description;
    return out;
}

Response page(const RunList& list, Records& records, const SnapshotBoard& board, const Request& request) {
    const auto query = query_of(request);
    if (!query) return refusal(query.error());
    return as_answer(list.page(*query, desk_of(records), going_on(records, board)));
}

Response one(const RunList& list, Records& records, const SnapshotBoard& board, const Request& request) {
    const auto number = run_in(request);
    if (!number) return refusal(number.error());
    return as_answer(list.run(*number, desk_of(records), going_on(records, board)));
}

Response config_of(const RunList& list, const Request& request) {
    const auto number = run_in(request);
    if (!number) return refusal(number.error());
    auto text = list.config(*number);
    if (!text) return refusal(text.error());
    Response response;
    response.content_type = "text/plain; charset=utf-8";
    response.body = std::move(*text);
    return response;
}

Response note(const RunList& list, Records& records, const Request& request, double now_s) {
    const auto number = run_in(request);
    if (!number) return refusal(number.error());
    const auto body = body_of(request.body);
    if (!body) return refusal(body.error());
    if (auto good = only_fields(*body, {"text"}); !good) return refusal(good.error());
    const auto text = text_of(*body, "text");
    if (!text) return refusal(text.error());
    if (auto known = list.config(*number); !known) return refusal(known.error());
    const auto desk = records.desk();
    if (!desk) return refusal(503, desk.error().message);
    const RunNote added{*number, static_cast<std::int64_t>(now_s * 1e9), request.caller.person, *text};
    if (auto kept_note = RunRecords(**desk).add(added); !kept_note) return refusal(kept_note.error());
    auto response = as_json(R"({"ok":true})");
    response.status = 201;
    return response;
}

std::string_view content_type_of(std::string_view file) {
    if (file.ends_with(".csv")) return "text/csv; charset=utf-8";
    return file.ends_with(".json") ? "application/json" : "application/x-hdf5";
}

Response exported(const Request& request, const std::string& exports_dir) {
    const auto number = run_in(request);
    if (!number) return refusal(number.error());
    const std::string& file = request.values.at("file");
    auto bytes = read_run_export(exports_dir, *number, file);
    if (!bytes) return refusal(bytes.error());
    Response response;
    response.content_type = content_type_of(file);
    response.body = std::move(*bytes);
    response.headers.emplace_back("Content-Disposition",
                                  fmt::format("attachment; filename=\"run-{:06}-{}\"", *number, file));
    return response;
}

}  // namespace

std::vector<Route> run_export_routes(Worker& worker, std::string exports_dir) {
    Route route;
    route.method = "GET";
    route.pattern = "/api/runs/{run}/exports/{file}";
    route.need = Need::READ;
    route.serve = [&worker, exports_dir = std::move(exports_dir)](const Request& request,
                                                                  const Reply& reply) {
        const bool taken =
            worker.post([request, reply, exports_dir] { reply(exported(request, exports_dir)); });
        if (!taken) reply(refusal(503, "too many requests are waiting already"));
    };
    return {std::move(route)};
}

std::vector<Route> run_list_routes(Keeper& keeper, const SnapshotBoard& board,
                                   const std::shared_ptr<const RunList>& list) {
    return {kept(keeper, "GET", "/api/runs", Need::READ,
                 [list, &board](Records& records, const Request& request, double) {
                     return page(*list, records, board, request);
                 }),
            kept(keeper, "GET", "/api/runs/{run}", Need::READ,
                 [list, &board](Records& records, const Request& request, double) {
                     return one(*list, records, board, request);
                 }),
            kept(keeper, "GET", "/api/runs/{run}/config", Need::READ,
                 [list](Records&, const Request& request, double) { return config_of(*list, request); }),
            kept(keeper, "POST", "/api/runs/{run}/note", Need::PERSON,
                 [list](Records& records, const Request& request, double now_s) {
                     return note(*list, records, request, now_s);
                 })};
}

}  // namespace spillgate::online

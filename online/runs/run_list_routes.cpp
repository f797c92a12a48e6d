#include "online/runs/run_list_routes.hpp"

#include <charconv>
#include <limits>
#include <utility>

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "online/json_body.hpp"
#include "online/keeper/query_number.hpp"
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

Response page(const RunList& list, Records& records, const Request& request) {
    const auto query = query_of(request);
    if (!query) return refusal(query.error());
    return as_answer(list.page(*query, desk_of(records), records.run()));
}

Response one(const RunList& list, Records& records, const Request& request) {
    const auto number = run_in(request);
    if (!number) return refusal(number.error());
    return as_answer(list.run(*number, desk_of(records), records.run()));
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

}  // namespace

std::vector<Route> run_list_routes(Keeper& keeper, const std::shared_ptr<const RunList>& list) {
    return {kept(keeper, "GET", "/api/runs", Need::READ,
                 [list](Records& records, const Request& request, double) {
                     return page(*list, records, request);
                 }),
            kept(keeper, "GET", "/api/runs/{run}", Need::READ,
                 [list](Records& records, const Request& request, double) {
                     return one(*list, records, request);
                 }),
            kept(keeper, "GET", "/api/runs/{run}/config", Need::READ,
                 [list](Records&, const Request& request, double) { return config_of(*list, request); }),
            kept(keeper, "POST", "/api/runs/{run}/note", Need::PERSON,
                 [list](Records& records, const Request& request, double now_s) {
                     return note(*list, records, request, now_s);
                 })};
}

}  // namespace spillgate::online

#include "online/keeper/layout_routes.hpp"

#include <string>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "online/json_body.hpp"
#include "online/keeper/layouts.hpp"

namespace spillgate::online {

namespace {

namespace json = boost::json;

Response done(const proto::Status& status) {
    return status ? as_json(R"({"ok":true})") : refusal(status.error());
}

Response names(Records& records, const Request& request, double) {
    const auto desk = records.desk();
    if (!desk) return refusal(503, desk.error().message);
    const auto found = Layouts(**desk).names(request.caller.person);
    if (!found) return refusal(found.error());
    return as_json(json::serialize(json::object{{"layouts", json::array(found->begin(), found->end())}}));
}

Response load(Records& records, const Request& request, double) {
    const auto desk = records.desk();
    if (!desk) return refusal(503, desk.error().message);
    auto text = Layouts(**desk).load(request.caller.person, request.values.at("name"));
    return text ? as_json(std::move(*text)) : refusal(text.error());
}

// As it came: read and written again, a number may lose its last digit.
Response save(Records& records, const Request& request, double) {
    const auto body = body_of(request.body);
    if (!body) return refusal(body.error());
    const auto desk = records.desk();
    if (!desk) return refusal(503, desk.error().message);
    const auto& text = request.body.empty() ? std::string("{}") : request.body;
    return done(Layouts(**desk).save(request.caller.person, request.values.at("name"), text));
}

Response remove(Records& records, const Request& request, double) {
    const auto desk = records.desk();
    if (!desk) return refusal(503, desk.error().message);
    return done(Layouts(**desk).remove(request.caller.person, request.values.at("name")));
}

}  // namespace

std::vector<Route> layout_routes(Keeper& keeper) {
    return {kept(keeper, "GET", "/api/layouts", Need::PERSON, names),
            kept(keeper, "GET", "/api/layouts/{name}", Need::PERSON, load),
            kept(keeper, "POST", "/api/layouts/{name}", Need::PERSON, save),
            kept(keeper, "POST", "/api/layouts/{name}/delete", Need::PERSON, remove)};
}

}  // namespace spillgate::online

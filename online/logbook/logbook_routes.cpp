#include "online/logbook/logbook_routes.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "online/json_body.hpp"
#include "online/keeper/query_number.hpp"

namespace spillgate::online {

namespace {

namespace json = boost::json;
using proto::error;
using proto::ErrorKind;

constexpr std::string_view png_end = ".png";

json::object entry_json(const LogbookEntry& entry) {
    json::array pictures(entry.pictures.begin(), entry.pictures.end());
    return {{"id", entry.id},
            {"utc_s", static_cast<double>(entry.utc_ns) * 1e-9},
            {"run", entry.run == 0 ? json::value(nullptr) : json::value(entry.run)},
            {"person", entry.person.empty() ? json::value(nullptr) : json::value(entry.person)},
            {"kind", name_of(entry.kind)},
            {"text", entry.text},
            {"pictures", std::move(pictures)},
            {"corrects", entry.corrects == 0 ? json::value(nullptr) : json::value(entry.corrects)}};
}

proto::Result<LogbookSearch> search_of(const Request& request) {
    constexpr std::uint64_t usual = 50;
    LogbookSearch search;
    search.text = request.asked("text").value_or("");
    const auto before = query_number(request, "before", 0);
    if (!before) return before.error();
    const auto limit = query_number(request, "limit", usual);
    if (!limit) return limit.error();
    const auto run = query_number(request, "run", 0);
    if (!run) return run.error();
    search.before = static_cast<std::int64_t>(*before);
    search.limit = *limit;
    if (*run > std::numeric_limits<std::uint32_t>::max())
        return error(ErrorKind::CONFIG, "run is no run number");
    if (*run > 0) search.run = static_cast<std::uint32_t>(*run);
    if (const auto kind = request.asked("kind"); kind && !kind->empty()) {
        search.kind = entry_kind_from_name(*kind);
        if (!search.kind)
            return error(ErrorKind::CONFIG,
                         fmt::format("kind is '{}'; allowed are: {}", *kind, entry_kind_names()));
    }
    return search;
}

Response found(Records& records, const Request& request, double) {
    const auto search = search_of(request);
    if (!search) return refusal(search.error());
    const auto desk = records.desk();
    if (!desk) return refusal(503, desk.error().message);
    const auto entries = Logbook(**desk).search(*search);
    if (!entries) return refusal(entries.error());
    json::array out;
    for (const LogbookEntry& entry : *entries)
        out.push_back(entry_json(entry));
    return as_json(json::serialize(json::object{{"entries", std::move(out)}}));
}

proto::Result<std::vector<std::string>> pictures_of(const json::object& body) {
    std::vector<std::string> pictures;
    const auto* const value = body.if_contains("pictures");
    if (value == nullptr) return pictures;
    const bool list =
        value->is_array() &&
        std::ranges::all_of(value->get_array(), [](const json::value& one) { return one.is_string(); });
    if (!list) return error(ErrorKind::CONFIG, "\"pictures\" must be a list of texts");
    for (const auto& one : value->get_array())
        pictures.emplace_back(one.get_string().data(), one.get_string().size());
    return pictures;
}

proto::Result<LogbookEntry> entry_of(const Request& request, const Records& records, double now_s) {
    const auto body = body_of(request.body);
    if (!body) return body.error();
    if (auto good = only_fields(*body, {"text", "run", "pictures", "corrects"}); !good) return good.error();
    auto text = text_of(*body, "text", Logbook::max_text_bytes);
    if (!text) return text.error();
    const auto run = count_of(*body, "run");
    if (!run) return run.error();
    if (*run > std::numeric_limits<std::uint32_t>::max())
        return error(ErrorKind::CONFIG, "\"run\" is no run number");
    const auto corrects = count_of(*body, "corrects");
    if (!corrects) return corrects.error();
    auto pictures = pictures_of(*body);
    if (!pictures) return pictures.error();
    LogbookEntry entry;
    entry.utc_ns = static_cast<std::int64_t>(now_s * 1e9);
    entry.run = body->contains("run") ? static_cast<std::uint32_t>(*run) : records.run();
    entry.person = request.caller.person;
    entry.text = std::move(*text);
    entry.pictures = std::move(*pictures);
    entry.corrects = static_cast<std::int64_t>(*corrects);
    return entry;
}

Response write(Records& records, const Request& request, double now_s) {
    const auto entry = entry_of(request, records, now_s);
    if (!entry) return refusal(entry.error());
    const auto id = records.write(*entry);
    if (!id) return refusal(id.error());
    auto response = as_json(json::serialize(json::object{{"ok", true}, {"id", *id}}));
    response.status = 201;
    return response;
}

Response kept_picture(const Request& request, const PictureStore& store) {
    const auto picture = reencode_png(std::as_bytes(std::span(request.body)));
    if (!picture) {
        const auto kind = picture.error().kind;
        if (kind == ErrorKind::UNSUPPORTED) return refusal(415, picture.error().message);
        if (kind == ErrorKind::REFUSED) return refusal(413, picture.error().message);
        if (kind == ErrorKind::CORRUPT) return refusal(400, picture.error().message);
        return refusal(picture.error());
    }
    if (auto saved = store.save(*picture); !saved) return refusal(503, saved.error().message);
    auto response = as_json(json::serialize(json::object{
        {"ok", true}, {"sha256", picture->sha256}, {"width", picture->width}, {"height", picture->height}}));
    response.status = 201;
    return response;
}

Response picture(const Request& request, const PictureStore& store) {
    std::string_view name = request.values.at("name");
    if (!name.ends_with(png_end)) return refusal(404, "a picture is named SHA256.png");
    name.remove_suffix(png_end.size());
    auto bytes = store.load(name);
    if (!bytes) return refusal(404, "there is no such picture");
    Response response;
    response.content_type = "image/png";
    response.body = std::move(*bytes);
    response.immutable = true;
    return response;
}

// `answer` on the worker's thread.
Route worked(Worker& worker, std::string method, std::string pattern, Need need,
             std::shared_ptr<const PictureStore> store,
             Response (*answer)(const Request&, const PictureStore&)) {
    Route route;
    route.method = std::move(method);
    route.pattern = std::move(pattern);
    route.need = need;
    route.serve = [&worker, store = std::move(store), answer](const Request& request, const Reply& reply) {
        const bool taken = worker.post([request, reply, store, answer] { reply(answer(request, *store)); });
        if (!taken) reply(refusal(503, "too many pictures at once; try again in a second"));
    };
    return route;
}

class LogbookTopic final : public Topic {
  public:
    explicit LogbookTopic(const LogbookBoard& board) : board_(board) {}

    std::string_view name() const override { return "logbook"; }
    proto::Status check(const json::object& want) const override { return only_fields(want, {}); }
    std::uint64_t version() override {
        if (const auto newest = board_.newest()) newest_ = *newest;
        return static_cast<std::uint64_t>(newest_);
    }
    SharedText text(const json::object&, std::uint64_t had) override {
        if (had == static_cast<std::uint64_t>(newest_)) return nullptr;
        return std::make_shared<const std::string>(fmt::format(R"({{"newest":{}}})", newest_));
    }

  private:
    const LogbookBoard& board_;
    std::int64_t newest_ = 0;
};

}  // namespace

std::unique_ptr<Topic> logbook_topic(const LogbookBoard& board) {
    return std::make_unique<LogbookTopic>(board);
}

std::vector<Route> logbook_routes(Keeper& keeper) {
    auto writing = kept(keeper, "POST", "/api/logbook", Need::PERSON, write);
    writing.max_body = 2 * Logbook::max_text_bytes;  // escapes
    return {kept(keeper, "GET", "/api/logbook", Need::READ, found), std::move(writing)};
}

std::vector<Route> picture_routes(Worker& worker, std::shared_ptr<const PictureStore> store) {
    auto taking = worked(worker, "POST", "/api/pictures", Need::PERSON, store, kept_picture);
    taking.max_body = max_picture_bytes;
    return {std::move(taking),
            worked(worker, "GET", "/api/pictures/{name}", Need::READ, std::move(store), picture)};
}

}  // namespace spillgate::online

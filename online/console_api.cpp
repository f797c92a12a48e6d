#include "online/console_api.hpp"

#include <algorithm>
#include <limits>
#include <set>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "online/metrics.hpp"
#include "online/request_guard.hpp"
#include "online/snapshot_json.hpp"
#include "proto/names.hpp"

namespace spillgate::online {
namespace {

namespace json = boost::json;

constexpr std::size_t max_note_bytes = 4096;
constexpr std::size_t max_subscriptions = 256;
constexpr std::string_view run_prefix = "/api/run/";
constexpr std::string_view spectra_prefix = "/api/spectra/";
constexpr std::string_view token_mark = "@SPILLGATE_TOKEN@";

// Nothing of ours is nested deeper than this, so nothing of theirs may be.
json::parse_options shallow() {
    json::parse_options options;
    options.max_depth = 4;
    return options;
}

std::optional<json::object> parse_object(std::string_view text) {
    json::error_code failed;
    const auto value = json::parse({text.data(), text.size()}, failed, {}, shallow());
    if (failed || !value.is_object()) return std::nullopt;
    return value.get_object();
}

HttpResponse as_json(std::string text) {
    HttpResponse response;
    response.body = std::move(text);
    return response;
}

HttpResponse refusal(unsigned status, std::string_view why) {
    auto response = as_json(json::serialize(json::object{{"ok", false}, {"reason", why}}));
    response.status = status;
    return response;
}

// A text field of at most max_note_bytes; empty if absent.
proto::Result<std::string> text_of(const json::object& body, std::string_view field) {
    const auto* value = body.if_contains(json::string_view(field.data(), field.size()));
    if (value == nullptr) return std::string();
    if (!value->is_string() || value->get_string().size() > max_note_bytes) {
        return proto::error(proto::ErrorKind::CONFIG,
                            fmt::format("\"{}\" must be a text of at most {} bytes", field, max_note_bytes));
    }
    return std::string(value->get_string().data(), value->get_string().size());
}

// Pushes what is new of what the client asked for.
class Feed final : public Conversation {
  public:
    explicit Feed(std::shared_ptr<SnapshotTexts> texts) : texts_(std::move(texts)) {}

    bool hear(std::string_view text) override {
        const auto message = parse_object(text);
        if (!message) return false;
        const auto* names = message->if_contains("subscribe");
        if (names == nullptr || !names->is_array() || names->get_array().size() > max_subscriptions)
            return false;
        std::map<std::string, std::uint64_t, std::less<>> wanted;
        for (const auto& name : names->get_array()) {
            if (!name.is_string()) return false;
            const std::string key(name.get_string().data(), name.get_string().size());
            const auto had = wanted_.find(key);
            wanted.emplace(key, had == wanted_.end() ? 0 : had->second);
        }
        wanted_ = std::move(wanted);
        version_ = 0;
        return true;
    }

    std::optional<std::string> say() override {
        const auto snapshot = texts_->newest();
        if (!snapshot || snapshot->version == version_) return std::nullopt;
        version_ = snapshot->version;
        std::string text = fmt::format("{{\"version\":{},\"status\":{}", version_, texts_->status(snapshot));
        const auto trend = trend_json(*snapshot, trend_until_);
        if (!trend.get_array().empty()) {
            trend_until_ = snapshot->trend->back().utc_s;
            text += ",\"trend\":" + json::serialize(trend);
        }
        text += ",\"spectra\":[";
        bool first = true;
        for (std::size_t i = 0; i < snapshot->spectra->size(); ++i) {
            const auto asked = wanted_.find(snapshot->spectra->histogram(i).name);
            if (asked == wanted_.end() || asked->second == snapshot->changed[i]) continue;
            asked->second = snapshot->changed[i];
            if (!first) text += ',';
            first = false;
            text += texts_->spectrum(snapshot, i);
        }
        return text + "]}";
    }

  private:
    std::shared_ptr<SnapshotTexts> texts_;
    std::map<std::string, std::uint64_t, std::less<>> wanted_;  // spectrum → version that was sent
    std::uint64_t version_ = 0;
    double trend_until_ = std::numeric_limits<double>::lowest();
};

}  // namespace

const std::string& SnapshotTexts::status(const SnapshotPtr& snapshot) {
    if (status_.version != snapshot->version) {
        status_ = {snapshot->version,
                   json::serialize(status_json(*snapshot, config_.config, config_.sha256))};
    }
    return status_.text;
}

const std::string& SnapshotTexts::spectrum(const SnapshotPtr& snapshot, std::size_t index) {
    spectra_.resize(snapshot->spectra->size());
    Text& text = spectra_[index];
    if (text.version != snapshot->changed[index]) {
        text = {snapshot->changed[index], json::serialize(spectrum_json(*snapshot, index))};
    }
    return text.text;
}

LiveConsole::LiveConsole(const SnapshotBoard& board, const proto::LoadedConfig& config,
                         ControlClient& control, std::unique_ptr<Assets> assets)
    : control_(control),
      assets_(std::move(assets)),
      token_(make_token()),
      texts_(std::make_shared<SnapshotTexts>(board, config)) {
    const auto& daemons = config.config.daemon();
    const auto lead = std::ranges::find_if(daemons, [](const auto& daemon) { return daemon.lead(); });
    if (lead != daemons.end()) lead_ = lead->name();
}

HttpResponse LiveConsole::get(const HttpRequest& request) {
    if (request.path == "/" || request.path == "/index.html") return page();
    if (request.path == "/metrics") {
        HttpResponse response;
        response.content_type = "text/plain; version=0.0.4; charset=utf-8";
        const auto snapshot = texts_->newest();
        response.body =
            metrics_text(*snapshot, server_ == nullptr ? HttpServer::Counts{} : server_->counts());
        return response;
    }
    if (request.path.starts_with("/api/")) return api(request.path);
    const auto found = assets_->find(request.path);
    if (!found) return refusal(404, "there is no such page");
    HttpResponse response;
    response.content_type = found->content_type;
    response.owner = found->owner;
    response.view = found->content;
    response.gzipped = found->gzipped;
    response.immutable = found->immutable;
    return response;
}

HttpResponse LiveConsole::page() {
    const auto found = assets_->find("/index.html");
    if (!found) return refusal(404, "the console's page is not there (--web-root?)");
    HttpResponse response;
    response.content_type = found->content_type;
    response.body = found->content;
    const auto at = response.body.find(token_mark);
    if (at != std::string::npos) response.body.replace(at, token_mark.size(), token_);
    return response;
}

HttpResponse LiveConsole::api(const std::string& path) {
    const auto snapshot = texts_->newest();
    if (path == "/api/status") return as_json(texts_->status(snapshot));
    if (path == "/api/trend") return as_json(json::serialize(trend_json(*snapshot, 0)));
    if (path == "/api/spectra") return as_json(json::serialize(spectra_json(*snapshot)));
    if (path.starts_with(spectra_prefix)) {
        const std::string_view name = std::string_view(path).substr(spectra_prefix.size());
        for (std::size_t i = 0; i < snapshot->spectra->size(); ++i) {
            if (snapshot->spectra->histogram(i).name == name) return as_json(texts_->spectrum(snapshot, i));
        }
        return refusal(404, fmt::format("there is no spectrum \"{}\"", name));
    }
    if (path == "/api/ws") return refusal(426, "this is a WebSocket");
    return refusal(404, "there is no such endpoint");
}

proto::Result<wire::Request> run_request(std::string_view path, std::string_view body) {
    using proto::ErrorKind;
    if (!path.starts_with(run_prefix)) return proto::error(ErrorKind::NOT_FOUND, "there is no such endpoint");
    const std::string_view action = path.substr(run_prefix.size());
    const auto fields = parse_object(body.empty() ? "{}" : body);
    if (!fields) return proto::error(ErrorKind::CONFIG, "the body must be a JSON object");
    wire::Request request;
    request.set_client("console");
    if (action == "start") {
        const auto type = text_of(*fields, "type");
        const auto note = text_of(*fields, "note");
        if (!type) return type.error();
        if (!note) return note.error();
        const auto known = wire::run_type_from_name(*type);
        if (!known) {
            return proto::error(ErrorKind::CONFIG, fmt::format("run type \"{}\"; allowed are {}", *type,
                                                               wire::run_type_names()));
        }
        request.mutable_start()->set_type(*known);
        request.mutable_start()->set_note(*note);
    } else if (action == "stop") {
        const auto reason = text_of(*fields, "reason");
        if (!reason) return reason.error();
        request.mutable_stop()->set_reason(reason->empty() ? "requested" : *reason);
    } else if (action == "pause") {
        request.mutable_pause();
    } else if (action == "resume") {
        request.mutable_resume();
    } else if (action == "note") {
        const auto text = text_of(*fields, "text");
        if (!text) return text.error();
        if (text->empty()) return proto::error(ErrorKind::CONFIG, "the note is empty");
        request.mutable_note()->set_text(*text);
    } else {
        return proto::error(ErrorKind::NOT_FOUND,
                            "there is no such action: start, stop, pause, resume, note");
    }
    return request;
}

void LiveConsole::post(const HttpRequest& request, std::function<void(HttpResponse)> answer) {
    auto asked = run_request(request.path, request.body);
    if (!asked) {
        return answer(
            refusal(asked.error().kind == proto::ErrorKind::NOT_FOUND ? 404 : 400, asked.error().message));
    }
    if (lead_.empty()) return answer(refusal(409, "the config names no lead daemon"));
    const bool posted = control_.post(lead_, std::move(*asked), [answer](proto::Result<wire::Reply> reply) {
        if (!reply) return answer(refusal(504, reply.error().message));
        if (!reply->ok()) return answer(refusal(409, reply->reason()));
        answer(as_json(json::serialize(json::object{{"ok", true},
                                                    {"state", name_of(reply->status().state())},
                                                    {"run", reply->status().run().number()}})));
    });
    if (!posted) answer(refusal(503, "too many requests are waiting already"));
}

std::unique_ptr<Conversation> LiveConsole::converse() {
    return std::make_unique<Feed>(texts_);
}

}  // namespace spillgate::online

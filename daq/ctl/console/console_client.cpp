#include "daq/ctl/console/console_client.hpp"

#include <algorithm>
#include <cstdlib>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "daq/plain_text.hpp"
#include "proto/loopback.hpp"
#include "proto/secret_file.hpp"

namespace spillgate::daq {

namespace {

namespace json = boost::json;
using proto::error;
using proto::ErrorKind;

constexpr std::size_t longest_reason = 2000;
constexpr std::size_t longest_token = 1000;

proto::Error no_answer(const std::string& who) {
    return error(ErrorKind::CORRUPT, fmt::format("{} does not answer as a console does", who));
}

json::value parsed(std::string_view text) {  // null if it is no JSON
    boost::system::error_code failed;
    auto value = json::parse(json::string_view(text.data(), text.size()), failed);
    return failed ? json::value() : value;
}

proto::Result<json::object> object_in(std::string_view text, const std::string& who) {
    auto value = parsed(text);
    if (!value.is_object()) return no_answer(who);
    return std::move(value.get_object());
}

// Why the console did not do it, in its own words.
proto::Error refusal_of(const proto::HttpAnswer& answer, const std::string& who) {
    const auto said = object_in(answer.body, who);
    const auto* const reason = said ? said->if_contains("reason") : nullptr;
    if (reason == nullptr || !reason->is_string())
        return error(ErrorKind::CORRUPT,
                     fmt::format("{} answered {}, and not as a console does", who, answer.status));
    const auto& words = reason->get_string();
    return error(ErrorKind::REFUSED,
                 fmt::format("refused: {}", plain_text({words.data(), words.size()}, longest_reason)));
}

}  // namespace

ApiPath& ApiPath::segment(std::string_view name) {
    text_ += '/';
    text_ += proto::percent_encoded(name);
    return *this;
}

ApiPath& ApiPath::ask(std::string_view name, std::string_view value) {
    if (value.empty()) return *this;
    text_ += fmt::format("{}{}={}", std::exchange(has_query_, true) ? '&' : '?', name,
                         proto::percent_encoded(value));
    return *this;
}

ApiPath& ApiPath::ask(std::string_view name, std::uint64_t value) {
    return value == 0 ? *this : ask(name, std::to_string(value));
}

proto::Result<ConsoleClient> ConsoleClient::make(std::string_view url, std::string token,
                                                 std::chrono::milliseconds patience) {
    auto address = proto::parse_address(url);
    if (!address) return address.error();
    if (address->target != "/")
        return error(ErrorKind::CONFIG,
                     fmt::format("'{}': a console has no path behind its host and port", url));
    if (!address->tls && !proto::is_loopback_host(address->shown))
        return error(
            ErrorKind::CONFIG,
            fmt::format("'{}': over the network only https:// is allowed, by the console's TLS proxy", url));
    return ConsoleClient(std::move(*address), std::move(token), patience);
}

proto::Result<proto::HttpAnswer> ConsoleClient::ask(const ApiPath& path, proto::HttpRequest request,
                                                    std::size_t most_bytes) const {
    auto address = address_;
    address.target = path.text();
    request.agent = "spillgate-ctl";
    if (!token_.empty()) request.headers.emplace_back("Authorization", "Bearer " + token_);
    auto answer = proto::http_exchange(address, request, {patience_, most_bytes});
    if (!answer) {
        auto why = answer.error();
        if (why.kind == ErrorKind::IO) why.message += "; is spillgate-online running?";
        return why;
    }
    if (answer->status < 200 || answer->status >= 300) return refusal_of(*answer, address_.shown);
    return answer;
}

proto::Result<json::object> ConsoleClient::object(const ApiPath& path, proto::HttpRequest request) const {
    auto answer = ask(path, std::move(request), most_json_bytes);
    if (!answer) return answer.error();
    return object_in(answer->body, address_.shown);
}

proto::Result<json::object> ConsoleClient::get(const ApiPath& path) const {
    return object(path, {});
}

proto::Result<json::array> ConsoleClient::list(const ApiPath& path) const {
    auto answer = ask(path, {}, most_json_bytes);
    if (!answer) return answer.error();
    auto value = parsed(answer->body);
    if (!value.is_array()) return no_answer(address_.shown);
    return std::move(value.get_array());
}

proto::Result<json::object> ConsoleClient::post(const ApiPath& path, const json::object& body) const {
    const auto text = json::serialize(body);
    return post_bytes(path, "application/json", text);
}

proto::Result<json::object> ConsoleClient::post_bytes(const ApiPath& path, std::string_view content_type,
                                                      std::string_view bytes) const {
    proto::HttpRequest request;
    request.method = "POST";
    request.headers.emplace_back("Content-Type", content_type);
    request.body = bytes;
    return object(path, std::move(request));
}

proto::Result<std::string> ConsoleClient::file(const ApiPath& path) const {
    auto answer = ask(path, {}, most_file_bytes);
    if (!answer) return answer.error();
    return std::move(answer->body);
}

proto::Result<std::string> console_token(const std::string& file) {
    std::string token;
    if (!file.empty()) {
        auto read = proto::read_secret(file);
        if (!read) return read.error();
        token = std::move(*read);
    } else if (const char* const given = std::getenv("SPILLGATE_TOKEN"); given != nullptr) {
        token = given;
    }
    const bool plain = std::ranges::all_of(token, [](char c) { return c > ' ' && c < 0x7f; });
    if (!plain || token.size() > longest_token)
        return error(ErrorKind::CONFIG, fmt::format("{} holds no token: one word of plain characters",
                                                    file.empty() ? "SPILLGATE_TOKEN" : file));
    return token;
}

}  // namespace spillgate::daq

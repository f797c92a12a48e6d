#include "online/http/exchange.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace spillgate::online {
namespace {

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::string_view kind_of(unsigned status) {
    switch (status) {
        case 400:
            return "request";
        case 401:
            return "not-signed-in";
        case 403:
            return "forbidden";
        case 404:
            return "not-found";
        case 423:
            return "blinded";
        case 429:
            return "too-often";
        case 503:
            return "busy";
        case 504:
            return "silent";
        default:
            return status >= 500 ? "failed" : "refused";
    }
}

unsigned status_of(proto::ErrorKind kind) {
    switch (kind) {
        case proto::ErrorKind::NOT_FOUND:
            return 404;
        case proto::ErrorKind::CONFIG:
            return 400;
        case proto::ErrorKind::EXISTS:
        case proto::ErrorKind::REFUSED:
            return 409;
        case proto::ErrorKind::TIMED_OUT:
            return 504;
        default:
            return 500;
    }
}

}  // namespace

bool Caller::is(Need need) const {
    switch (need) {
        case Need::ANYBODY:
            return true;
        case Need::READ:
            return !beyond_loopback || !person.empty();
        case Need::PERSON:
            return !person.empty();
        case Need::SHIFT:
            return shift;
        case Need::EXPERT:
            return expert;
        case Need::UNBLIND:
            return unblind;
    }
    return false;
}

std::optional<std::string> Request::asked(std::string_view name) const {
    std::string_view rest(query);
    while (!rest.empty()) {
        const auto end = rest.find('&');
        const auto pair = rest.substr(0, end);
        rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
        const auto equals = pair.find('=');
        if (percent_decoded(pair.substr(0, equals), true) != name) continue;
        return equals == std::string_view::npos ? std::string()
                                                : percent_decoded(pair.substr(equals + 1), true);
    }
    return std::nullopt;
}

Response as_json(std::string text) {
    Response response;
    response.body = std::move(text);
    return response;
}

Response refusal(unsigned status, std::string_view why) {
    auto response = as_json(boost::json::serialize(
        boost::json::object{{"ok", false}, {"kind", kind_of(status)}, {"reason", why}}));
    response.status = status;
    return response;
}

Response refusal(const proto::Error& error) {
    return refusal(status_of(error.kind), error.message);
}

Route answering(std::string method, std::string pattern, Need need,
                std::function<Response(const Request&)> answer) {
    Route route;
    route.method = std::move(method);
    route.pattern = std::move(pattern);
    route.need = need;
    route.serve = [answer = std::move(answer)](const Request& request, const Reply& reply) {
        reply(answer(request));
    };
    return route;
}

std::string percent_decoded(std::string_view text, bool plus) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const int high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
        const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
        if (low >= 0) {
            out += static_cast<char>(high * 16 + low);
            i += 2;
        } else {
            out += plus && text[i] == '+' ? ' ' : text[i];
        }
    }
    return out;
}

}  // namespace spillgate::online

// One request of the console's API and its answer, whoever serves it.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proto/result.hpp"

namespace spillgate::online {

// What the caller of a route must be. READ: anybody on this machine; a person from beyond it.
enum class Need { ANYBODY, READ, PERSON, SHIFT, EXPERT, UNBLIND };

// Who asks, as the people file says.
struct Caller {
    std::string person;   // empty: nobody has signed in
    std::string session;  // names the sign-in; one person may have several. Not a secret
    bool shift = false;
    bool expert = false;
    bool unblind = false;
    bool beyond_loopback = false;  // through a proxy
    bool scripted = false;         // by token with each request, not by a browser's session

    bool is(Need need) const;
};

using PathValues = std::map<std::string, std::string, std::less<>>;

struct Request {
    std::string method;
    std::string path;          // without query
    std::string query;         // what follows '?', as it came
    PathValues values;         // what stands for {name} in the route's pattern, percent-decoded
    std::string host;          // as the client calls this server
    std::string content_type;  // without parameters, in lower case
    std::string body;
    Caller caller;

    // A value of the query, percent-decoded; none if it is not there.
    std::optional<std::string> asked(std::string_view name) const;
};

struct Response {
    unsigned status = 200;
    std::string content_type = "application/json";
    std::string body;
    std::shared_ptr<const void> owner;  // keeps `view` alive
    std::string_view view;              // sent instead of `body` if not empty: without a copy
    bool gzipped = false;
    bool immutable = false;  // may be cached for ever: its name says its content
    std::vector<std::pair<std::string, std::string>> headers;  // Set-Cookie, Content-Disposition, Retry-After
};

Response as_json(std::string text);
// {"ok": false, "kind": …, "reason": why}
Response refusal(unsigned status, std::string_view why);
// By the error's kind: 404 NOT_FOUND, 400 CONFIG, 409 EXISTS and REFUSED, 504 TIMED_OUT, else 500.
Response refusal(const proto::Error& error);

// Called once, from any thread; an answer that comes when its client has gone goes nowhere.
using Reply = std::function<void(Response)>;

constexpr std::size_t usual_body = 65536;

struct Route {
    std::string method;  // "GET" (HEAD with it) or "POST"
    std::string
        pattern;  // "/api/runs/{run}": a {name} stands for one segment, a last {name...} for all the rest
    Need need = Need::READ;
    bool controls = false;  // the caller must hold the controls
    // Called on the server's thread: must not block. What takes time answers from a thread of its own.
    std::function<void(const Request&, Reply)> serve;
    std::size_t max_body = usual_body;
};

// A route whose answer is ready at once.
Route answering(std::string method, std::string pattern, Need need,
                std::function<Response(const Request&)> answer);

// "%C3%A9" → "é"; what is not an escape stays. `plus` is a blank in queries.
std::string percent_decoded(std::string_view text, bool plus);

}  // namespace spillgate::online

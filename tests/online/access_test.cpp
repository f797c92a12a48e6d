#include "online/access/access.hpp"

#include <fstream>
#include <thread>

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include <sys/stat.h>

#include "online/request_guard.hpp"
#include "proto/console_loader.hpp"
#include "proto/strict_text.hpp"
#include "proto/time.hpp"
#include "proto/wire.hpp"
#include "tests/online/scratch_directory.hpp"

using namespace spillgate;
using namespace std::chrono_literals;
using config::Person;
using online::Access;
using online::Caller;
using online::Head;
using online::Need;
using online::Response;
using proto::ErrorKind;
namespace json = boost::json;

namespace {

online::Route route_for(Need need, bool controls = false) {
    auto route = online::answering("POST", "/x", need, [](const online::Request&) { return Response(); });
    route.controls = controls;
    return route;
}

// A people file with an expert, somebody of the shift, and one whose time is over; and the access that goes
// by it.
struct Guarded {
    Guarded() {
        expert = online::add_person(people_file, "E. Expert", {Person::SHIFT, Person::EXPERT}, {}).value();
        shift = online::add_person(people_file, "A. Shift", {Person::SHIFT}, {}).value();
        former = online::add_person(people_file, "F. Former", {Person::SHIFT}, 1000).value();
        config::Console console =
            proto::parse_console("public_name: \"daq.example.org\"", "test").value().console;
        console.set_people_file(people_file);
        access = std::make_unique<Access>(console);
        for (auto& route : access->routes())
            routes.push_back(std::move(route));
    }

    unsigned status(const Head& head, const online::Route* route) {
        const auto admitted = access->admit(head, route, now);
        const auto* refused = std::get_if<Response>(&admitted);
        return refused == nullptr ? 200 : refused->status;
    }
    Caller caller(const Head& head) { return std::get<Caller>(access->admit(head, nullptr, now)); }

    Response ask(const std::string& method, const std::string& path, const std::string& body,
                 const Caller& caller) {
        online::Request request;
        request.method = method;
        request.path = path;
        request.host = "localhost:8080";
        request.body = body;
        request.caller = caller;
        Response answer;
        for (const auto& route : routes) {
            if (route.method == method && route.pattern == path)
                route.serve(request, [&](Response response) { answer = std::move(response); });
        }
        return answer;
    }

    // Who holds the controls once it has been looked after them; null: nobody.
    json::value holder() {
        access->look(now);
        return json::parse(ask("GET", "/api/controls", "", Caller()).body).at("holder");
    }

    // A browser's header once it has signed in.
    Head signed_in(const std::string& token) {
        const auto answer = ask("POST", "/api/session", "{\"token\": \"" + token + "\"}", {});
        REQUIRE(answer.status == 200);
        Head head = from("localhost:8080");
        REQUIRE(answer.headers.size() == 1);
        head.cookie = answer.headers[0].second.substr(0, answer.headers[0].second.find(';'));
        head.csrf = json::parse(answer.body).at("csrf").as_string().c_str();
        return head;
    }

    static Head from(const std::string& host) {
        Head head;
        head.method = "POST";
        head.host = host;
        return head;
    }
    static Head script(const std::string& token) {
        Head head = from("localhost");
        head.authorization = "Bearer " + token;
        return head;
    }

    test::ScratchDirectory scratch;
    std::string people_file = scratch.path() + "/people.txtpb";
    std::string expert, shift, former;
    std::unique_ptr<Access> access;
    std::vector<online::Route> routes;
    Access::Clock::time_point now = Access::Clock::now();
};

}  // namespace

TEST_CASE("the people file has mode 0600 and hashes alone, names are given once") {
    test::ScratchDirectory scratch;
    const std::string path = scratch.path() + "/people.txtpb";
    const auto token = online::add_person(path, "A. Shift", {Person::SHIFT}, {});
    REQUIRE(token.has_value());
    struct stat found{};
    REQUIRE(stat(path.c_str(), &found) == 0);
    CHECK((found.st_mode & 07777) == 0600);
    std::ifstream file(path);
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    CHECK(text.find(*token) == std::string::npos);
    CHECK(text.find(proto::sha256_hex(*token)) != std::string::npos);
    CHECK(online::add_person(path, "A. Shift", {}, {}).error().kind == ErrorKind::EXISTS);
    REQUIRE(online::add_person(path, "B. Expert", {Person::EXPERT}, {}).has_value());
    CHECK(online::load_people(path)->person_size() == 2);

    REQUIRE(chmod(path.c_str(), 0640) == 0);
    CHECK(online::load_people(path).error().kind == ErrorKind::REFUSED);
    CHECK(online::load_people(path).error().message.find("chmod 600") != std::string::npos);
    CHECK(online::load_people(path + ".none").error().kind == ErrorKind::NOT_FOUND);
    online::People people(path);
    CHECK(people.by_token(*token, 0) == nullptr);
    CHECK_FALSE(people.trouble().empty());
}

TEST_CASE("who is taken out of the people file is out within a second or two") {
    Guarded guarded;
    const auto route = route_for(Need::SHIFT);
    const Head head = guarded.signed_in(guarded.shift);
    CHECK(guarded.status(head, &route) == 200);
    auto people = online::load_people(guarded.people_file).value();
    people.mutable_person()->DeleteSubrange(1, 1);
    std::ofstream(guarded.people_file) << proto::printed(people);
    const auto end = std::chrono::steady_clock::now() + 30s;
    while (guarded.status(head, &route) == 200 && std::chrono::steady_clock::now() < end)
        std::this_thread::sleep_for(50ms);
    CHECK(guarded.status(head, &route) == 401);
    CHECK(guarded.status(guarded.script(guarded.shift), &route) == 401);
    CHECK(guarded.status(guarded.script(guarded.expert), &route) == 200);
}

TEST_CASE("only loopback and public names are hosts, other pages are refused whoever asks") {
    Guarded guarded;
    const auto read = route_for(Need::READ);
    CHECK(guarded.status(guarded.from("localhost:8080"), &read) == 200);
    CHECK(guarded.status(guarded.from("evil.example"), &read) == 403);
    CHECK(guarded.status(guarded.from("evil.example"), nullptr) == 403);
    Head foreign = guarded.script(guarded.expert);
    foreign.origin = "http://evil.example";
    CHECK(guarded.status(foreign, &read) == 403);
    foreign.origin = "http://localhost";
    CHECK(guarded.status(foreign, &read) == 200);
    foreign.origin = "https://localhost";
    CHECK(guarded.status(foreign, &read) == 403);
    Head behind = guarded.script(guarded.expert);
    behind.host = "DAQ.example.org";
    behind.origin = "https://daq.example.org";
    CHECK(guarded.status(behind, &read) == 200);
    behind.origin = "http://evil.example";
    CHECK(guarded.status(behind, &read) == 403);
    behind.origin = "http://daq.example.org";  // not through the TLS proxy
    CHECK(guarded.status(behind, &read) == 403);
    behind.host = "localhost";  // a proxy that renames the host
    behind.origin = "https://daq.example.org";
    CHECK(guarded.status(behind, &read) == 403);
    behind.proxied = true;
    CHECK(guarded.status(behind, &read) == 200);
}

TEST_CASE("beyond loopback even reading needs a person, signing in does not") {
    Guarded guarded;
    const auto read = route_for(Need::READ);
    const auto anybody = route_for(Need::ANYBODY);
    Head proxied = guarded.from("localhost");
    proxied.proxied = true;
    for (const Head& head : {proxied, guarded.from("daq.example.org:443")}) {
        CHECK(guarded.status(head, &read) == 401);
        CHECK(guarded.status(head, &anybody) == 200);
        Head person = head;
        person.authorization = "Bearer " + guarded.shift;
        CHECK(guarded.status(person, &read) == 200);
    }
}

TEST_CASE("each role opens what needs it and nothing else") {
    Guarded guarded;
    const auto status = [&](const std::string& token, Need need) {
        const auto route = route_for(need);
        return guarded.status(guarded.script(token), &route);
    };
    CHECK(status(guarded.shift, Need::SHIFT) == 200);
    CHECK(status(guarded.shift, Need::EXPERT) == 403);
    CHECK(status(guarded.expert, Need::EXPERT) == 200);
    CHECK(status(guarded.expert, Need::UNBLIND) == 403);
    CHECK(status(guarded.former, Need::READ) == 401);
    const auto shift = route_for(Need::SHIFT);
    CHECK(guarded.status(guarded.from("localhost"), &shift) == 401);
}

TEST_CASE("a proxy's own sign-in is not ours: what else it authorizes neither helps nor harms") {
    Guarded guarded;
    const auto read = route_for(Need::READ);
    const auto shift = route_for(Need::SHIFT);
    Head head = guarded.signed_in(guarded.shift);
    head.authorization = "Basic dXNlcjpwYXNz";
    CHECK(guarded.status(head, &shift) == 200);
    head.cookie.clear();
    CHECK(guarded.status(head, &read) == 200);
    CHECK(guarded.status(head, &shift) == 401);
}

TEST_CASE("wrong tokens are answered five times a minute, the right one is always let in") {
    Guarded guarded;
    const auto read = route_for(Need::READ);
    for (int i = 0; i < 5; ++i)
        CHECK(guarded.status(guarded.script("guess"), &read) == 401);
    CHECK(guarded.status(guarded.script("guess"), &read) == 429);
    CHECK(guarded.status(guarded.script(guarded.shift), &read) == 200);
    guarded.now += 61s;
    CHECK(guarded.status(guarded.script("guess"), &read) == 401);
}

TEST_CASE("a browser signs in with a cookie that pages cannot read, and proves each action") {
    Guarded guarded;
    const auto answer =
        guarded.ask("POST", "/api/session", "{\"token\": \"" + guarded.shift + "\"}", Caller());
    REQUIRE(answer.headers.size() == 1);
    const std::string& cookie = answer.headers[0].second;
    CHECK(cookie.starts_with("spillgate-session-8080="));
    CHECK(cookie.find("HttpOnly") != std::string::npos);
    CHECK(cookie.find("SameSite=Strict") != std::string::npos);
    CHECK(cookie.find("Secure") == std::string::npos);
    Caller beyond;
    beyond.beyond_loopback = true;
    CHECK(guarded.ask("POST", "/api/session", "{\"token\": \"" + guarded.shift + "\"}", beyond)
              .headers[0]
              .second.find("Secure") != std::string::npos);

    const auto shift = route_for(Need::SHIFT);
    Head head = guarded.signed_in(guarded.shift);
    CHECK(guarded.status(head, &shift) == 200);
    CHECK(guarded.caller(head).person == "A. Shift");
    Head without = head;
    without.csrf.clear();
    CHECK(guarded.status(without, &shift) == 403);
    without.method = "GET";
    CHECK(guarded.status(without, &shift) == 200);
    Head other_port = head;
    other_port.host = "localhost:8081";
    CHECK(guarded.status(other_port, &shift) == 401);
    Head guessed = head;
    guessed.cookie = "spillgate-session-8080=" + online::make_token();
    CHECK(guarded.status(guessed, &shift) == 401);

    guarded.ask("POST", "/api/session/end", "", guarded.caller(head));
    CHECK(guarded.status(head, &shift) == 401);
    head = guarded.signed_in(guarded.shift);
    guarded.now += 13h;
    CHECK(guarded.status(head, &shift) == 401);
    CHECK(guarded.ask("POST", "/api/session", "{\"token\": \"guess\"}", Caller()).status == 401);
    CHECK(guarded.ask("POST", "/api/session", "[]", Caller()).status == 400);
    CHECK(json::parse(guarded.ask("GET", "/api/session", "", Caller()).body).at("person").is_null());
}

TEST_CASE("cookies are found by their whole name") {
    CHECK(online::cookie_in("a=1; spillgate-session=x; b=2", "spillgate-session") == "x");
    CHECK(online::cookie_in("spillgate-session-80=y", "spillgate-session").empty());
    CHECK(online::cookie_in("my-spillgate-session=y", "spillgate-session").empty());
    CHECK(online::cookie_in("", "spillgate-session").empty());
    CHECK(online::cookie_name("[::1]:80") == "spillgate-session-80");
    CHECK(online::cookie_name("[::1]") == "spillgate-session");
}

TEST_CASE("of all who may steer one holds the controls, and steering is refused to the others by name") {
    Guarded guarded;
    const auto steer = route_for(Need::SHIFT, true);
    const Head a = guarded.signed_in(guarded.shift);
    const Head b = guarded.signed_in(guarded.expert);
    CHECK(guarded.status(a, &steer) == 409);
    CHECK(guarded.ask("POST", "/api/controls/take", "", guarded.caller(a)).status == 200);
    CHECK(guarded.status(a, &steer) == 200);
    const auto refused = std::get<Response>(guarded.access->admit(b, &steer, guarded.now));
    CHECK(refused.status == 409);
    CHECK(json::parse(refused.body).at("holder").at("person") == "A. Shift");
    CHECK(guarded.ask("POST", "/api/controls/take", "", guarded.caller(b)).status == 409);
    CHECK(guarded.ask("POST", "/api/controls/release", "", guarded.caller(b)).status == 409);
    CHECK(guarded.ask("POST", "/api/controls/take", R"({"force": 1})", guarded.caller(b)).status == 400);
    CHECK(guarded.ask("POST", "/api/controls/take", R"({"force": true})", guarded.caller(b)).status == 200);
    CHECK(guarded.status(a, &steer) == 409);
    CHECK(guarded.status(b, &steer) == 200);
}

TEST_CASE("controls are free once their holder's session is over, though the page is still connected") {
    Guarded guarded;
    const Caller caller = guarded.caller(guarded.signed_in(guarded.shift));
    REQUIRE(guarded.ask("POST", "/api/controls/take", "", caller).status == 200);
    const auto page = guarded.access->attend(caller);
    guarded.now += 11h;
    REQUIRE(guarded.holder().at("person") == "A. Shift");
    guarded.now += 2h;
    CHECK(guarded.holder().is_null());
    CHECK(guarded.access->welcome(caller, guarded.now).has_value());  // to read, on this machine
}

TEST_CASE("controls are free once their holder is no person any more, though the page is still connected") {
    Guarded guarded;
    const Caller caller = guarded.caller(guarded.signed_in(guarded.shift));
    REQUIRE(guarded.ask("POST", "/api/controls/take", "", caller).status == 200);
    const auto page = guarded.access->attend(caller);
    REQUIRE(guarded.holder().at("person") == "A. Shift");
    auto people = online::load_people(guarded.people_file).value();
    people.mutable_person()->DeleteSubrange(1, 1);
    std::ofstream(guarded.people_file) << proto::printed(people);
    const auto end = std::chrono::steady_clock::now() + 30s;
    while (!guarded.holder().is_null() && std::chrono::steady_clock::now() < end)
        std::this_thread::sleep_for(50ms);
    CHECK(guarded.holder().is_null());
}

TEST_CASE("a script that holds the controls by its token has no session that could be over") {
    Guarded guarded;
    const Caller caller = guarded.caller(guarded.script(guarded.shift));
    REQUIRE(guarded.ask("POST", "/api/controls/take", "", caller).status == 200);
    const auto feed = guarded.access->attend(caller);
    guarded.now += 13h;
    guarded.access->look(guarded.now);
    const auto steer = route_for(Need::SHIFT, true);
    CHECK(guarded.status(guarded.script(guarded.shift), &steer) == 200);
}

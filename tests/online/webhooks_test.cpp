#include "online/alarms/webhooks.hpp"

#include <filesystem>
#include <fstream>

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include "online/alarms/hmac.hpp"
#include "tests/online/webhook_sink.hpp"
#include "tests/proto/temporary_directory.hpp"

using namespace spillgate;
using online::AlarmState;
using online::Transition;
using online::Webhooks;
using proto::ErrorKind;
using proto::testing::TemporaryDirectory;
using test::WebhookSink;

namespace {

Transition raised(config::AlarmRule::Severity severity = config::AlarmRule::ALARM) {
    Transition moved;
    moved.id = "hv";
    moved.series = "slow.hv";
    moved.from = AlarmState::PENDING;
    moved.to = AlarmState::UNACKNOWLEDGED;
    moved.severity = severity;
    moved.value = 1320;
    moved.unit = "V";
    return moved;
}

config::Console one_hook(const std::string& url) {
    config::Console console;
    auto& hook = *console.add_webhook();
    hook.set_name("phone");
    hook.set_url(url);
    return console;
}

Webhooks::Options quick() {
    using std::chrono::milliseconds;
    return {milliseconds(10'000), {milliseconds(1), milliseconds(2), milliseconds(3)}};
}

std::string header(const std::string& request, const std::string& name) {
    const auto at = request.find("\r\n" + name + ": ");
    if (at == std::string::npos) return {};
    const auto begin = at + name.size() + 4;
    return request.substr(begin, request.find("\r\n", begin) - begin);
}

std::string body(const std::string& request) {
    return request.substr(request.find("\r\n\r\n") + 4);
}

// Waits until it holds; false after a minute.
template <class Condition>
bool becomes(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
}

}  // namespace

TEST_CASE("an alarm is posted to a webhook, signed with its secret") {
    const TemporaryDirectory directory;
    const std::string secret = directory.path() + "/secret";
    std::ofstream(secret) << "very secret\n";
    std::filesystem::permissions(secret, std::filesystem::perms::owner_read);
    WebhookSink sink({204});
    auto console = one_hook(sink.url("/hook?to=shift"));
    console.mutable_webhook(0)->set_secret_file(secret);
    const auto webhooks = Webhooks::start(console, quick()).value();
    webhooks->tell(raised());
    const auto requests = sink.requests(1);
    REQUIRE(requests.size() == 1);
    CHECK(requests[0].starts_with("POST /hook?to=shift HTTP/1.1\r\n"));
    CHECK(header(requests[0], "Content-Type") == "application/json");
    const auto said = boost::json::parse(body(requests[0]));
    CHECK(said.at("kind") == "alarm");
    CHECK(said.at("alarm").at("id") == "hv");
    CHECK(said.at("alarm").at("state") == "unacknowledged");
    CHECK(said.at("alarm").at("value") == 1320.0);
    const auto signature =
        "sha256=" + online::hmac_sha256_hex(
                        "very secret", header(requests[0], "X-Spillgate-Time") + "." + body(requests[0]));
    CHECK(header(requests[0], "X-Spillgate-Signature") == signature);
    CHECK(becomes([&] { return webhooks->counts().delivered == 1; }));
}

TEST_CASE("the signature is HMAC-SHA-256 as in RFC 4231, test case 2") {
    CHECK(online::hmac_sha256_hex("Jefe", "what do ya want for nothing?") ==
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST_CASE("a webhook that fails is tried again, and given up after the last pause") {
    WebhookSink mended({500, 503, 200});
    const auto webhooks = Webhooks::start(one_hook(mended.url("/")), quick()).value();
    webhooks->tell(raised());
    CHECK(becomes([&] { return webhooks->counts().delivered == 1; }));
    CHECK(webhooks->counts().attempts_failed == 2);
    const auto requests = mended.requests(3);
    REQUIRE(requests.size() == 3);
    CHECK(header(requests[0], "X-Spillgate-Message") == header(requests[2], "X-Spillgate-Message"));

    WebhookSink broken({500});
    const auto hopeless = Webhooks::start(one_hook(broken.url("/")), quick()).value();
    hopeless->tell(raised());
    CHECK(becomes([&] { return hopeless->counts().given_up == 1; }));
    CHECK(broken.requests(4).size() == 4);
    CHECK(hopeless->newest_trouble() == "webhook phone answered 500");
}

TEST_CASE("webhooks get what is severe enough for them, and ends of runs if they want them") {
    WebhookSink sink({200});
    auto console = one_hook(sink.url("/"));
    console.mutable_webhook(0)->set_run_ends(true);
    const auto webhooks = Webhooks::start(console, quick()).value();
    webhooks->tell(raised(config::AlarmRule::WARN));
    auto pending = raised();
    pending.from = AlarmState::NORMAL;
    pending.to = AlarmState::PENDING;
    webhooks->tell(pending);
    wire::RunDescription run;
    run.set_number(12);
    run.set_stop_reason("target-reached: 600 spills");
    webhooks->tell_run_end(run);
    CHECK(becomes([&] { return webhooks->counts().delivered == 1; }));
    const auto requests = sink.requests(1);
    REQUIRE(requests.size() == 1);
    const auto said = boost::json::parse(body(requests[0]));
    CHECK(said.at("kind") == "run-end");
    CHECK(said.at("run") == 12);
    CHECK(said.at("reason") == "target-reached: 600 spills");
}

TEST_CASE("a webhook that never answers holds up neither the alarms nor the end of the program") {
    WebhookSink silent({0});
    auto options = quick();
    options.patience = std::chrono::hours(1);
    auto webhooks = Webhooks::start(one_hook(silent.url("/")), options).value();
    webhooks->tell(raised());
    REQUIRE(silent.requests(1).size() == 1);
    for (std::size_t i = 0; i < Webhooks::max_waiting + 3; ++i)
        webhooks->tell(raised());
    CHECK(webhooks->counts().dropped == 3);
    webhooks.reset();  // would wait for an hour
}

TEST_CASE("a secret that others may read is refused") {
    const TemporaryDirectory directory;
    const std::string secret = directory.path() + "/secret";
    auto console = one_hook("https://h/");
    console.mutable_webhook(0)->set_secret_file(secret);
    CHECK(Webhooks::start(console).error().kind == ErrorKind::NOT_FOUND);
    std::ofstream(secret) << "x";
    std::filesystem::permissions(secret, std::filesystem::perms(0644));
    CHECK(Webhooks::start(console).error().kind == ErrorKind::REFUSED);
}

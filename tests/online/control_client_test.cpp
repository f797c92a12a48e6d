#include "online/control_client.hpp"

#include <filesystem>
#include <future>

#include <catch2/catch.hpp>
#include <zmq.hpp>

#include "proto/endpoints.hpp"
#include "tests/online/scratch_directory.hpp"

using namespace spillgate;
using namespace std::chrono_literals;
using Reply = proto::Result<wire::Reply>;

namespace {

// A daemon's control socket that answers everything, saying what it was asked last.
class Answering {
  public:
    Answering(const std::string& runtime_dir, const std::string& daemon)
        : socket_(context_, zmq::socket_type::router) {
        socket_.set(zmq::sockopt::linger, 0);
        socket_.set(zmq::sockopt::rcvtimeo, 20);
        socket_.bind(proto::control_endpoint(runtime_dir, daemon));
        thread_ = std::jthread([this](const std::stop_token& stop) {
            while (!stop.stop_requested())
                serve();
        });
    }
    std::vector<std::string> clients() {
        const std::lock_guard lock(mutex_);
        return clients_;
    }

  private:
    void serve() {
        zmq::message_t who, empty, body;
        if (!socket_.recv(who)) return;
        if (!socket_.recv(empty) || !socket_.recv(body)) return;
        wire::Request request;
        request.ParseFromArray(body.data(), static_cast<int>(body.size()));
        {
            const std::lock_guard lock(mutex_);
            clients_.push_back(request.client());
        }
        wire::Reply reply;
        reply.set_ok(true);
        socket_.send(who, zmq::send_flags::sndmore);
        socket_.send(empty, zmq::send_flags::sndmore);
        socket_.send(zmq::buffer(reply.SerializeAsString()), zmq::send_flags::none);
    }

    zmq::context_t context_;
    zmq::socket_t socket_;
    std::mutex mutex_;
    std::vector<std::string> clients_;
    std::jthread thread_;
};

wire::Request stop_of(const std::string& client) {
    wire::Request request;
    request.set_client(client);
    request.mutable_stop();
    return request;
}

wire::Request loss_of(const std::string& client) {
    wire::Request request;
    request.set_client(client);
    request.mutable_loss();
    return request;
}

}  // namespace

TEST_CASE("a daemon that does not answer delays no other's requests") {
    test::ScratchDirectory scratch;
    const Answering lead(scratch.path(), "lead");
    online::ControlClient control(scratch.path(), 30s);
    std::atomic<bool> dead_answered = false;
    std::promise<bool> answered;
    REQUIRE(control.post("dead", loss_of("online"), [&](const Reply&) { dead_answered = true; }));
    REQUIRE(control.post("dead", stop_of("console"), [&](const Reply&) { dead_answered = true; }));
    REQUIRE(control.post("lead", stop_of("console"),
                         [&](const Reply& reply) { answered.set_value(reply.has_value() && reply->ok()); }));
    auto answer = answered.get_future();
    REQUIRE(answer.wait_for(20s) == std::future_status::ready);
    CHECK(answer.get());
    CHECK_FALSE(dead_answered);
    // The dead one gets an answer now, so that this ends before its patience does.
    const Answering late(scratch.path(), "dead");
}

TEST_CASE("what people ask goes before reports of losses, and no queue grows without end") {
    test::ScratchDirectory scratch;
    online::ControlClient control(scratch.path(), 30s);
    int reports = 0;
    while (control.post("lead", loss_of("report"), [](const Reply&) {}) && reports < 1000)
        ++reports;
    CHECK(reports < 10);
    std::promise<void> done;
    REQUIRE(control.post("lead", stop_of("console"), [&](const Reply&) { done.set_value(); }));
    Answering lead(scratch.path(), "lead");
    REQUIRE(done.get_future().wait_for(20s) == std::future_status::ready);
    const auto clients = lead.clients();
    // At most the report that was on its way already came before it; the others may follow at once.
    const auto console = std::ranges::find(clients, "console");
    REQUIRE(console != clients.end());
    CHECK(std::count(clients.begin(), console, "report") <= 1);
    int asked = 0;
    while (control.post("nobody", stop_of("x"), [](const Reply&) {}) && asked < 1000)
        ++asked;
    CHECK(asked < 100);
    const Answering nobody(scratch.path(), "nobody");
}

TEST_CASE("a daemon that does not answer in time is said so in words") {
    test::ScratchDirectory scratch;
    online::ControlClient control(scratch.path(), 50ms);
    std::promise<proto::ErrorKind> kind;
    REQUIRE(control.post("dead", stop_of("console"), [&](const Reply& reply) {
        kind.set_value(reply.has_error() ? reply.error().kind : proto::ErrorKind::CORRUPT);
    }));
    auto answer = kind.get_future();
    REQUIRE(answer.wait_for(60s) == std::future_status::ready);
    CHECK(answer.get() == proto::ErrorKind::TIMED_OUT);
}

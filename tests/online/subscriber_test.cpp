#include "online/subscriber.hpp"

#include <chrono>

#include <catch2/catch.hpp>
#include <zmq.hpp>

#include "tests/online/synthetic_run.hpp"

using namespace spillgate;
using namespace std::chrono_literals;

TEST_CASE("messages of a wrong shape are counted and dropped, good ones come through") {
    test::ScratchDirectory scratch;
    const std::string endpoint = "ipc://" + scratch.path() + "/data";
    zmq::context_t context;
    zmq::socket_t publisher(context, zmq::socket_type::xpub);
    publisher.set(zmq::sockopt::linger, 0);
    publisher.set(zmq::sockopt::rcvtimeo, 60000);
    publisher.bind(endpoint);
    online::Subscriber subscriber({endpoint}, 100);
    zmq::message_t subscription;
    REQUIRE(publisher.recv(subscription));

    const auto send = [&](const std::vector<std::string>& frames) {
        for (std::size_t i = 0; i < frames.size(); ++i)
            publisher.send(zmq::buffer(frames[i]),
                           i + 1 < frames.size() ? zmq::send_flags::sndmore : zmq::send_flags::none);
    };
    send({""});
    send({"spill"});
    send({"spill", "header"});
    send({"spill", "header", "samples", "more"});
    send({"verdict", "header", "samples"});
    send({"gossip", "header"});
    send(std::vector<std::string>(500, "spill"));
    send({"status", std::string(proto::max_header_bytes + 1, 'x')});
    send({"spill", "header", "samples"});
    send({"verdict", "header"});

    std::vector<online::RawMessage> got;
    const auto end = std::chrono::steady_clock::now() + 60s;
    while (got.size() < 2 && std::chrono::steady_clock::now() < end)
        subscriber.receive(got, 64, 20ms);
    REQUIRE(got.size() == 2);
    CHECK(got[0].topic == proto::Topic::SPILL);
    CHECK(got[0].samples.to_string() == "samples");
    CHECK(got[1].topic == proto::Topic::VERDICT);
    CHECK(subscriber.bad_messages() == 8);
}

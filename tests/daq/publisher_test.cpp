#include "daq/publisher.hpp"

#include <atomic>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/daq/scratch_directory.hpp"

using namespace spillgate;
using namespace std::chrono_literals;

namespace {

proto::MessagePtr record(std::uint64_t sequence, std::size_t samples) {
    auto spill = std::make_shared<proto::SpillRecord>();
    spill->run = 1;
    spill->slot = sequence;
    spill->sequence = sequence;
    spill->clocks.push_back({0, 1e9, {}, 0});
    spill->samples.assign(samples, static_cast<std::uint16_t>(sequence));
    return std::make_shared<proto::Message>(proto::encode(std::move(spill)));
}

class Subscriber {
  public:
    Subscriber(const std::string& endpoint, int high_water) : socket_(context_, zmq::socket_type::sub) {
        socket_.set(zmq::sockopt::rcvhwm, high_water);
        socket_.set(zmq::sockopt::rcvtimeo, 60000);
        socket_.set(zmq::sockopt::linger, 0);
        socket_.set(zmq::sockopt::subscribe, "");
        socket_.connect(endpoint);
    }
    void wait_at_most(std::chrono::milliseconds time) {
        socket_.set(zmq::sockopt::rcvtimeo, static_cast<int>(time.count()));
    }
    std::vector<zmq::message_t> next() {
        std::vector<zmq::message_t> frames;
        do {
            zmq::message_t frame;
            if (!socket_.recv(frame)) return {};
            frames.push_back(std::move(frame));
        } while (frames.back().more());
        return frames;
    }

  private:
    zmq::context_t context_;
    zmq::socket_t socket_;
};

struct Bench {
    explicit Bench(int high_water = 1000, std::size_t buffer = 1000) {
        endpoint = "ipc://" + directory.path() + "/t.data";
        publisher = *daq::Publisher::bind(endpoint, high_water, buffer);
    }
    void await_subscriptions(std::uint64_t n) {
        const auto deadline = std::chrono::steady_clock::now() + 60s;
        while (publisher->subscriptions() < n && std::chrono::steady_clock::now() < deadline)
            std::this_thread::sleep_for(1ms);
        REQUIRE(publisher->subscriptions() >= n);
    }
    void await_sent(std::uint64_t n) {
        const auto deadline = std::chrono::steady_clock::now() + 60s;
        while (publisher->status().sent < n && std::chrono::steady_clock::now() < deadline)
            std::this_thread::sleep_for(1ms);
        REQUIRE(publisher->status().sent >= n);
    }
    test::ScratchDirectory directory;
    std::string endpoint;
    std::unique_ptr<daq::Publisher> publisher;
};

std::string text(const zmq::message_t& frame) {
    return frame.to_string();
}

}  // namespace

TEST_CASE("a record travels as topic, header and samples, and decodes to itself") {
    Bench bench;
    Subscriber subscriber(bench.endpoint, 1000);
    bench.await_subscriptions(1);
    const auto message = record(7, 1000);
    bench.publisher->put(message);
    bench.publisher->put(daq::announcement(proto::Topic::STATUS, "a status"));
    const auto frames = subscriber.next();
    REQUIRE(frames.size() == 3);
    CHECK(text(frames[0]) == "spill");
    proto::SpillRecord decoded;
    const auto bytes = [](const zmq::message_t& frame) {
        return std::span(frame.data<std::byte>(), frame.size());
    };
    REQUIRE(proto::decode_spill(bytes(frames[1]), bytes(frames[2]), decoded));
    CHECK(decoded == *message->record);
    const auto status = subscriber.next();
    REQUIRE(status.size() == 2);
    CHECK(text(status[0]) == "status");
    CHECK(text(status[1]) == "a status");
}

TEST_CASE("a record without samples still has its three frames") {
    Bench bench;
    Subscriber subscriber(bench.endpoint, 1000);
    bench.await_subscriptions(1);
    bench.publisher->put(record(1, 0));
    CHECK(subscriber.next().size() == 3);
}

TEST_CASE("records are given back when the last subscriber's copy is gone") {
    Bench bench;
    Subscriber subscriber(bench.endpoint, 1000);
    bench.await_subscriptions(1);
    auto message = record(1, 100000);
    const std::weak_ptr<const proto::Message> watch = message;
    bench.publisher->put(std::move(message));
    CHECK(subscriber.next().size() == 3);
    const auto deadline = std::chrono::steady_clock::now() + 60s;
    while (!watch.expired() && std::chrono::steady_clock::now() < deadline)
        std::this_thread::sleep_for(1ms);
    CHECK(watch.expired());
}

TEST_CASE("a subscriber that has stopped reading loses its own copies, and the other one nothing") {
    constexpr std::uint64_t messages = 2000;
    Bench bench(100, messages);
    Subscriber stopped(bench.endpoint, 10);
    Subscriber reading(bench.endpoint, 0);
    bench.await_subscriptions(2);
    std::atomic<std::uint64_t> received = 0;
    std::thread reader([&] {
        for (std::uint64_t i = 0; i < messages; ++i) {
            const auto frames = reading.next();
            if (frames.size() != 3) return;
            ++received;
        }
    });
    // No more than the reading subscriber's high-water mark ahead of it.
    for (std::uint64_t i = 0; i < messages; ++i) {
        const auto deadline = std::chrono::steady_clock::now() + 60s;
        while (i > received + 50 && std::chrono::steady_clock::now() < deadline)
            std::this_thread::yield();
        bench.publisher->put(record(i, 10000));
    }
    reader.join();
    CHECK(received == messages);
    CHECK(bench.publisher->status().dropped == 0);

    std::uint64_t last = 0;
    std::uint64_t got = 0;
    bench.publisher->put(daq::announcement(proto::Topic::STATUS, "end"));
    bench.await_sent(messages + 1);
    bench.publisher.reset();
    stopped.wait_at_most(500ms);
    while (true) {
        const auto frames = stopped.next();
        if (frames.size() != 3) break;
        proto::SpillRecord decoded;
        REQUIRE(proto::decode_spill(std::span(frames[1].data<std::byte>(), frames[1].size()),
                                    std::span(frames[2].data<std::byte>(), frames[2].size()), decoded));
        CHECK((got == 0 || decoded.sequence > last));
        last = decoded.sequence;
        ++got;
    }
    CHECK(got > 0);
    CHECK(got < messages);
}

TEST_CASE("a full buffer drops records and counts them, but keeps room for announcements") {
    Bench bench(1, 4);
    for (int i = 0; i < 10000; ++i)
        bench.publisher->put(record(static_cast<std::uint64_t>(i), 10));
    bench.publisher->put(daq::announcement(proto::Topic::RUN, "end"));
    const auto dropped = bench.publisher->status().dropped;
    bench.await_sent(10001 - dropped);
    CHECK(bench.publisher->status().high_water <= 5);
    CHECK(bench.publisher->status().sent + dropped == 10001);
}

TEST_CASE("binding where it is impossible is an error, not a crash") {
    const auto publisher = daq::Publisher::bind("ipc:///nonexistent/directory/x.data", 10, 10);
    REQUIRE_FALSE(publisher);
    CHECK(publisher.error().kind == proto::ErrorKind::IO);
    CHECK(publisher.error().message.find("/nonexistent/directory") != std::string::npos);
}

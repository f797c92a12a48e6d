#include "online/live_spectra.hpp"

#include <chrono>
#include <thread>

#include <catch2/catch.hpp>
#include <zmq.hpp>

#include "proto/endpoints.hpp"
#include "tests/online/scratch_directory.hpp"
#include "tests/online/synthetic_config.hpp"

using namespace spillgate;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

// A daemon's data socket.
class Telling {
  public:
    Telling(zmq::context_t& context, const std::string& runtime_dir, std::string daemon, bool lead)
        : socket_(context, zmq::socket_type::pub), daemon_(std::move(daemon)), lead_(lead) {
        socket_.set(zmq::sockopt::linger, 0);
        socket_.bind(proto::data_endpoint(runtime_dir, daemon_));
    }
    void heartbeat() {
        wire::Heartbeat heartbeat;
        auto& status = *heartbeat.mutable_status();
        status.set_daemon(daemon_);
        status.set_lead(lead_);
        status.set_state(wire::CONFIGURED);
        const std::string topic(proto::name_of(proto::Topic::STATUS));
        socket_.send(zmq::buffer(topic), zmq::send_flags::sndmore);
        socket_.send(zmq::buffer(heartbeat.SerializeAsString()), zmq::send_flags::none);
    }

  private:
    zmq::socket_t socket_;
    std::string daemon_;
    bool lead_;
};

// Of two daemons: "daq" leads, "east" follows.
std::shared_ptr<const proto::LoadedConfig> config_of_two(const std::string& directory) {
    auto loaded = test::demo_config();
    auto& config = loaded.config;
    config.mutable_network()->set_runtime_dir(directory);
    config.mutable_storage()->set_runs_dir(directory + "/runs");
    config.mutable_online()->clear_checkpoint_dir();
    config.mutable_daemon()->Clear();
    for (const auto* name : {"daq", "east"}) {
        auto& daemon = *config.add_daemon();
        daemon.set_name(name);
        daemon.set_lead(config.daemon_size() == 1);
    }
    return std::make_shared<const proto::LoadedConfig>(std::move(loaded));
}

}  // namespace

TEST_CASE("a lead that falls silent is noticed however much another daemon says") {
    const test::ScratchDirectory scratch;
    const auto config = config_of_two(scratch.path());
    zmq::context_t context;
    Telling lead(context, scratch.path(), "daq", true);
    Telling follower(context, scratch.path(), "east", false);
    online::SnapshotBoard board;
    online::ControlClient control(scratch.path(), 100ms);
    online::ScopeRing scope({});
    online::ResetRequests resets;
    online::LiveSpectra live(config, offline::Engine::make(config->config).value(), board, control, scope,
                             resets);
    live.start();
    const auto points = [&] { return board.newest()->trend->size(); };
    // More often than online waits for anybody.
    const auto until = [&](bool with_lead, auto condition) {
        for (const auto end = Clock::now() + 4min; !condition(); std::this_thread::sleep_for(5ms)) {
            REQUIRE(Clock::now() < end);
            follower.heartbeat();
            if (with_lead) lead.heartbeat();
        }
    };
    until(true, [&] { return points() > 0; });
    CHECK(board.newest()->trend->front().slot_rate_hz == 0);
    auto count = points();
    auto newest = Clock::now();
    until(false, [&] {
        if (points() != count) newest = Clock::now();
        count = points();
        return Clock::now() - newest > 2500ms;  // else a point comes each second
    });
    CHECK(board.newest()->daemons.at(1).status != nullptr);
    live.stop();
}

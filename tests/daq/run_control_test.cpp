// The lead's run control over a real simulated board, stepped by the test.
#include "daq/run_control.hpp"

#include <chrono>
#include <cmath>
#include <fstream>
#include <functional>
#include <thread>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "proto/endpoints.hpp"
#include "tests/daq/scratch_directory.hpp"

using namespace spillgate;
using namespace std::chrono_literals;

namespace {

std::string write_config(const std::string& directory) {
    auto path = directory + "/lead.txtpb";
    std::ofstream(path) << fmt::format(
        R"(name: "lead"
           facility {{ name: "SNS" repetition_hz: 60 charge_offset: -1 our_flavour: 1 mark_tolerance_ns: 200000
                       charge_deadline_s: 0.2 }}
           network {{ runtime_dir: "{0}" }}
           storage {{ runs_dir: "{0}" }}
           gate {{ mode: BEAM_TRIGGERED reference: RECORD_BEGIN mark_position_ns: 54950
                   anti_coincident {{ pretrace_begin_ns: 500   pretrace_end_ns: 39900 roi_begin_ns: 39900 roi_end_ns: 54950 }}
                   in_time         {{ pretrace_begin_ns: 15550 pretrace_end_ns: 54950 roi_begin_ns: 54950 roi_end_ns: 70000 }} }}
           chain {{ name: "csi" pmt {{ baseline_ns: 40000 threshold_adc: 4 integration_ns: 3000 }} }}
           board {{ id: 0 name: "board 0" sample_rate_mhz: 50 bits: 14
                    simulation {{ seed: 1 record_ns: 70000 mark_position_ns: 54950
                                  beam {{ repetition_hz: 60 }} pmt {{ baseline_adc: 8000 }} }} }}
           channel {{ name: "csi0" board: 0 channel: 0 role: DETECTOR chain: "csi" }}
        )",
        directory);
    return path;
}

// A lead without followers; nothing happens but in step().
class Lead {
  public:
    Lead() {
        const auto& path = directory_.path();
        auto config = proto::load_config(write_config(path));
        INFO((config ? "" : config.error().message));
        REQUIRE(config.has_value());
        auto catalogue = proto::RunCatalogue::open(path);
        REQUIRE(catalogue.has_value());
        auto publisher = daq::Publisher::bind(proto::data_endpoint(path, "daq"), 100, 100);
        REQUIRE(publisher.has_value());
        publisher_ = std::move(*publisher);
        daq::RunControlSettings settings{std::move(*config), "daq", true, {}, {0}, path, path};
        control_ = std::make_unique<daq::RunControl>(std::move(settings), std::move(*catalogue), *publisher_,
                                                     proto::posix_file_layer(), journal_);
    }
    wire::Reply ask(const std::function<void(wire::Request&)>& fill) {
        wire::Request request;
        request.set_client("console");
        request.set_person("A. Person");
        fill(request);
        return control_->handle(request);
    }
    wire::Reply start(std::uint64_t spills, bool restart = true) {
        return ask([&](auto& request) {
            auto& start = *request.mutable_start();
            start.set_type(wire::TEST);
            start.set_note("first beam");
            start.set_operator_("B. Shift");
            start.mutable_limits()->set_spills(spills);
            start.set_restart(restart);
        });
    }
    wire::Reply stop() {
        return ask([](auto& request) { request.mutable_stop(); });
    }
    wire::Reply limit(double seconds, bool restart) {
        return ask([&](auto& request) {
            request.mutable_limit()->mutable_limits()->set_seconds(seconds);
            request.mutable_limit()->set_restart(restart);
        });
    }
    wire::DaemonStatus status() {
        return ask([](auto& request) { request.mutable_status(); }).status();
    }
    void step() { control_->step(); }
    // Steps until it holds of the status; false after two minutes.
    bool until(const std::function<bool(const wire::DaemonStatus&)>& condition) {
        const auto deadline = std::chrono::steady_clock::now() + 120s;
        while (!condition(status())) {
            if (std::chrono::steady_clock::now() > deadline) return false;
            step();
            std::this_thread::sleep_for(2ms);
        }
        return true;
    }
    bool until_state(wire::State state) {
        return until([state](const auto& s) { return s.state() == state; });
    }
    // That nothing starts by itself: steps through many snapshots.
    bool stays_at_rest(std::uint32_t next_run) {
        for (int i = 0; i < 100; ++i) {
            step();
            if (status().state() != wire::CONFIGURED || status().next_run() != next_run) return false;
            std::this_thread::sleep_for(5ms);
        }
        return true;
    }
    bool has_told(const std::string& part) const {
        for (const auto& line : journal_.lines())
            if (line.text().find(part) != std::string::npos) return true;
        return false;
    }
    daq::RunControl& control() { return *control_; }

  private:
    test::ScratchDirectory directory_;
    daq::Journal journal_;
    std::unique_ptr<daq::Publisher> publisher_;
    std::unique_ptr<daq::RunControl> control_;
};

}  // namespace

TEST_CASE(
    "a run that reaches its limit stops by itself, and another of its kind follows until a person stops it",
    "[integration]") {
    Lead lead;
    REQUIRE(lead.start(70).ok());
    CHECK(lead.status().last_request() == "start by A. Person via console");
    // The end of the first run is told before the second is all there is.
    REQUIRE(lead.until([](const auto& s) { return s.run().number() == 1 && s.run().stop_utc_ns() != 0; }));
    const auto first = lead.status().run();
    CHECK(first.stop_reason() == "target-reached");
    CHECK(first.stopped_by().empty());
    CHECK(first.ledger().spills() >= 70);
    CHECK(first.limits().spills() == 70);
    CHECK(first.operator_() == "B. Shift");
    CHECK(first.restarted_from() == 0);
    CHECK(lead.has_told("run 1 has reached its target: "));
    CHECK(lead.has_told("(limit 70 spills)"));

    REQUIRE(lead.until([](const auto& s) { return s.run().number() == 2 && s.state() == wire::RUNNING; }));
    REQUIRE(lead.limit(1e6, true).ok());  // time enough to look
    REQUIRE(lead.until([](const auto& s) { return s.limits().seconds() == 1e6 && s.elapsed_s() > 0; }));
    const auto second = lead.status();
    CHECK(second.run().type() == wire::TEST);
    CHECK(second.run().note() == "first beam");
    CHECK(second.run().operator_() == "B. Shift");
    CHECK(second.run().restarted_from() == 1);
    CHECK(second.limits().spills() == 0);
    CHECK(second.restart());
    CHECK(second.config_file() == "lead.txtpb");
    CHECK(second.config_sha256() == second.run().config_sha256());
    CHECK(second.disk_total_bytes() >= second.disk_free_bytes());
    CHECK(second.disk_free_bytes() > 0);

    REQUIRE(lead.stop().ok());
    REQUIRE(lead.until_state(wire::CONFIGURED));
    const auto ended = lead.status();
    CHECK(ended.run().number() == 2);
    CHECK(ended.run().stop_reason() == "requested");
    CHECK(ended.run().stopped_by() == "A. Person");
    CHECK(ended.run().limits().seconds() == 1e6);
    CHECK_FALSE(ended.has_limits());
    CHECK(ended.last_request() == "stop by A. Person via console");
    CHECK(lead.stays_at_rest(3));
}

TEST_CASE("a stop while a run ends at its limit is a stop of the next one", "[integration]") {
    Lead lead;
    REQUIRE(lead.start(70).ok());
    REQUIRE(lead.until_state(wire::STOPPING));
    CHECK(lead.stop().ok());
    CHECK_FALSE(lead.stop().ok());  // there is nothing left to stop
    REQUIRE(lead.until_state(wire::CONFIGURED));
    CHECK(lead.status().run().stop_reason() == "target-reached");
    CHECK(lead.stays_at_rest(2));
}

TEST_CASE("a daemon that is told to end starts no other run", "[integration]") {
    Lead lead;
    REQUIRE(lead.start(70).ok());
    REQUIRE(lead.until_state(wire::STOPPING));
    lead.control().shut_down("signal");
    REQUIRE(lead.until_state(wire::CONFIGURED));
    lead.step();
    CHECK(lead.control().at_rest());
    CHECK(lead.status().next_run() == 2);
}

TEST_CASE("time goes on while a run is paused, and limits can be changed meanwhile", "[integration]") {
    Lead lead;
    REQUIRE(lead.start(1'000'000).ok());
    REQUIRE(lead.until_state(wire::RUNNING));
    REQUIRE(lead.ask([](auto& request) { request.mutable_pause(); }).ok());
    REQUIRE(lead.until_state(wire::PAUSED_STATE));
    CHECK_FALSE(lead.limit(-1, false).ok());
    CHECK_FALSE(lead.limit(0, true).ok());
    const auto refused = lead.limit(std::nan(""), false);
    CHECK_FALSE(refused.ok());
    CHECK(refused.reason().starts_with("limits.seconds is nan"));
    REQUIRE(lead.limit(lead.status().elapsed_s() + 0.5, false).ok());
    REQUIRE(lead.until_state(wire::CONFIGURED));
    const auto run = lead.status().run();
    CHECK(run.stop_reason() == "target-reached");
    CHECK(run.limits().seconds() >= 0.5);
    CHECK(run.limits().spills() == 0);
    CHECK(lead.status().elapsed_s() >= run.limits().seconds());
    CHECK(lead.stays_at_rest(2));  // restart was taken back with the limits
    CHECK_FALSE(lead.limit(10, false).ok());
}

TEST_CASE("a start can be stopped before it has begun anything", "[integration]") {
    Lead lead;
    REQUIRE(lead.start(70).ok());
    REQUIRE(lead.stop().ok());
    REQUIRE(lead.until(
        [](const auto& s) { return s.state() == wire::CONFIGURED && s.run().stop_utc_ns() != 0; }));
    CHECK(lead.status().run().stopped_by() == "A. Person");
    CHECK(lead.stays_at_rest(2));
}

TEST_CASE("limits and names that cannot be are refused before a number is spent", "[integration]") {
    Lead lead;
    CHECK_FALSE(lead.start(0, true).ok());
    const auto named = lead.ask([](auto& request) {
        request.mutable_start()->set_type(wire::TEST);
        request.mutable_start()->set_operator_("A\nB");
    });
    CHECK_FALSE(named.ok());
    CHECK(named.reason().starts_with("operator must be a name"));
    CHECK(lead.status().state() == wire::CONFIGURED);
    CHECK(lead.status().last_request().empty());
    CHECK(lead.status().disk_total_bytes() > 0);
    CHECK(lead.stays_at_rest(1));
}

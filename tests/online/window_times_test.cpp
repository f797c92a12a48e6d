#include "online/run/window_times.hpp"

#include <catch2/catch.hpp>

#include "tests/online/fake_spectra.hpp"

using namespace spillgate;

namespace {

constexpr std::int64_t second_ps = 1'000'000'000'000;

// Under a configuration with C and AC windows.
std::shared_ptr<online::Snapshot> snapshot_of(const std::vector<test::FakeSpectrum>& spectra) {
    auto snapshot = test::fake_snapshot(1, spectra);
    auto config = std::make_shared<proto::LoadedConfig>();
    config->config.mutable_gate()->set_mode(config::Gate::SELF_TRIGGERED);
    config->config.mutable_gate()->mutable_anti_coincident();
    snapshot->config = config;
    return snapshot;
}

void make_free_running(online::Snapshot& snapshot) {
    auto config = std::make_shared<proto::LoadedConfig>();
    config->config.mutable_gate()->set_mode(config::Gate::FREE_RUNNING);
    snapshot.config = config;
}

}  // namespace

TEST_CASE("live time after selection is told of each class that can be, and null where no window came") {
    auto pe = test::fake_spectrum("pe", {4});
    pe.exposure.in_time = {3 * second_ps, 300, 10};
    pe.exposure.anti_coincident = {2 * second_ps, 290, 0};
    pe.exposure.no_beam = {0, 0, 4};  // all of them rejected: that nothing is live is known
    pe.exposure.live_charge_measured_pc = 23'000'000;
    const auto told = online::selection_times_json(*snapshot_of({pe}));
    REQUIRE(told.size() == 1);
    const auto& live = told.at(0).at("live_s").as_object();
    CHECK(live.at("in_time") == 3.0);
    CHECK(live.at("anti_coincident") == 2.0);
    CHECK(live.at("no_beam") == 0.0);
    CHECK_FALSE(live.contains("free"));
    CHECK(told.at(0).at("windows").at("in_time") == 300);
    CHECK(told.at(0).at("rejected").at("no_beam") == 4);
    CHECK(told.at(0).at("live_pot").at("measured").to_number<double>() == Approx(1.4355e14).epsilon(1e-4));

    pe.exposure = {};
    const auto empty = online::selection_times_json(*snapshot_of({pe}));
    CHECK(empty.at(0).at("live_s").at("in_time").is_null());
    CHECK(empty.at(0).at("windows").at("no_beam").is_null());
    CHECK(empty.at(0).at("live_pot").is_null());
}

TEST_CASE("a free-running configuration has free windows alone, of which the ledger knows nothing") {
    auto pe = test::fake_spectrum("pe", {4});
    pe.exposure.free = {5 * second_ps, 5, 0};
    const auto snapshot = snapshot_of({pe});
    make_free_running(*snapshot);
    const auto told = online::selection_times_json(*snapshot);
    CHECK(told.at(0).at("live_s").as_object().size() == 1);
    CHECK(told.at(0).at("live_s").at("free") == 5.0);
    const auto before = online::window_times_json(*snapshot);
    CHECK(before.at("live_s").as_object().size() == 1);
    CHECK(before.at("live_s").at("free").is_null());
}

TEST_CASE("spectra with the same exposure stand together, others apart") {
    auto pe = test::fake_spectrum("pe", {4});
    pe.exposure.in_time = {second_ps, 100, 0};
    auto time = test::fake_spectrum("t_rec", {4});
    time.exposure = pe.exposure;
    auto veto = test::fake_spectrum("veto", {4});
    veto.exposure.in_time = {2 * second_ps, 200, 0};
    const auto told = online::selection_times_json(*snapshot_of({pe, veto, time}));
    REQUIRE(told.size() == 2);
    CHECK(told.at(0).at("spectra").as_array() == boost::json::array{"pe", "t_rec"});
    CHECK(told.at(1).at("spectra").as_array() == boost::json::array{"veto"});
    CHECK(told.at(1).at("live_s").at("in_time") == 2.0);
}

TEST_CASE("what a pulser channel finds is told beside the model, and nothing of it before a pulse was sent") {
    wire::RunDescription run;
    auto& check = *run.add_live_checks();
    check.set_channel("pulser");
    CHECK(online::live_checks_json(run).at(0).at("live_fraction").is_null());
    check.set_sent(50);
    check.set_found(49);
    check.set_live_fraction(0.98);
    check.set_ledger_live_fraction(0.99);
    const auto told = online::live_checks_json(run).at(0);
    CHECK(told.at("found") == 49);
    CHECK(told.at("live_fraction") == 0.98);
    CHECK(told.at("ledger_live_fraction") == 0.99);
}

#include "online/physics/physics.hpp"

#include <filesystem>
#include <fstream>
#include <future>
#include <thread>

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include "offline/blinding/shown.hpp"
#include "online/http/router.hpp"
#include "online/physics/exported_spectrum.hpp"
#include "online/physics/physics_json.hpp"
#include "online/run_exports.hpp"
#include "online/snapshot_json.hpp"
#include "proto/run_catalogue.hpp"
#include "tests/offline/blinding_key.hpp"
#include "tests/online/synthetic_run.hpp"

using namespace spillgate;
using online::BeamState;
using online::Physics;
using proto::ErrorKind;
namespace json = boost::json;

namespace {

constexpr auto spectrum = "pe_t_rec";
constexpr std::int64_t second = 1'000'000'000;

config::Config config_of(bool blinded) {
    auto config = test::demo_config().config;
    for (auto& selection : *config.mutable_selection())
        selection.set_alpha_relative_uncertainty(0.02);
    config.set_blinded(blinded);
    return config;
}

std::shared_ptr<const offline::Engine> engine_of(bool blinded) {
    return offline::Engine::make(config_of(blinded)).value();
}

// Spectra of a synthetic run: forty slots of 23.3 uC.
std::shared_ptr<const offline::Spectra> filled(const offline::Engine& engine, std::uint64_t seed = 3) {
    const test::ScratchDirectory scratch;
    const auto directory =
        test::write_synthetic_run(scratch.path(), 7, test::synthetic_messages(7, 40, seed), true);
    std::shared_ptr<offline::Spectra> spectra = engine.make_spectra();
    REQUIRE(spectra->restore(test::spectra_of_files(directory, engine)).has_value());
    return spectra;
}

std::size_t index_of(const offline::Spectra& spectra) {
    std::size_t at = 0;
    while (spectra.histogram(at).name != spectrum)
        ++at;
    return at;
}

wire::RunDescription run_of(std::uint32_t number) {
    auto run = test::synthetic_description(number);
    run.set_type(wire::PHYSICS);
    run.set_start_utc_ns(1000 * second);
    return run;
}

config::Plan plan_of() {
    config::Plan plan;
    plan.set_experiment(SPILLGATE_SOURCE_DIR "/config/experiments/demo-csi.txtpb");
    plan.set_spectrum(spectrum);
    plan.set_planned_pot(1.76e23);
    return plan;
}

online::SnapshotPtr snapshot_of(std::shared_ptr<const offline::Spectra> spectra,
                                const wire::RunDescription& run) {
    auto snapshot = std::make_shared<online::Snapshot>();
    snapshot->version = 1;
    snapshot->config = std::make_shared<const proto::LoadedConfig>(test::demo_config());
    snapshot->changed.assign(spectra->size(), 1);
    snapshot->spectra = std::move(spectra);
    snapshot->run.phase = online::RunPhase::FOLLOWING;
    snapshot->run.description = std::make_shared<const wire::RunDescription>(run);
    return snapshot;
}

// The pane of a board, asked as over HTTP.
struct Pane {
    Pane(const online::SnapshotBoard& board, config::Plan plan, const std::string& runs_dir) {
        Physics::Options options;
        options.plan = std::move(plan);
        options.runs_dir = runs_dir;
        options.exports_dir = runs_dir + "/online";
        options.period = std::chrono::milliseconds(2);
        physics = std::make_unique<Physics>(options, board);
        router.add(physics->routes());
    }
    online::Response get(const std::string& path) const {
        online::Request request;
        request.method = "GET";
        const auto match = router.find("GET", path);
        request.values = match.values;
        std::promise<online::Response> answered;
        match.route->serve(request,
                           [&](online::Response response) { answered.set_value(std::move(response)); });
        return answered.get_future().get();
    }
    // Once it holds; a sanitized program on a busy machine takes minutes.
    template <class Condition>
    json::value until(Condition holds) const {
        for (const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(4);;) {
            const auto answer = get("/api/physics");
            const auto told = answer.status == 200 ? json::parse(answer.body) : json::value(nullptr);
            if (told.is_object() && holds(told)) return told;
            REQUIRE(std::chrono::steady_clock::now() < end);
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
    }

    std::unique_ptr<Physics> physics;
    online::Router router;
};

bool has_measured(const json::value& told) {
    return !told.at("measured").is_null();
}

}  // namespace

TEST_CASE("of a blinded run the pane has exposure and expectation, and nothing measured until it is opened") {
    const auto engine = engine_of(true);
    const auto sealed = filled(*engine);
    auto run = run_of(7);
    run.set_blinded(true);
    online::SnapshotBoard board;
    board.publish(snapshot_of(sealed, run));
    const test::ScratchDirectory scratch;
    const Pane pane(board, plan_of(), scratch.path());
    const auto told = pane.until([](const json::value& now) {
        return !now.at("exposure").is_null() && !now.at("expected").at("now").at("cevns").is_null();
    });
    const auto view = sealed->histogram(index_of(*sealed));
    const double pot = online::protons_of(view.exposure->live_charge_measured_pc);
    REQUIRE(pot > 0);
    CHECK(told.at("exposure").at("pot").to_number<double>() == Approx(pot));
    CHECK(told.at("exposure").at("fraction").to_number<double>() == Approx(pot / 1.76e23));
    CHECK(told.at("blinded") == true);
    CHECK(told.at("measured").is_null());
    CHECK(told.at("why_not_measured").as_string() == "there is no run of which C is open");
    CHECK(told.at("expected").at("planned").at("cevns").to_number<double>() /
              told.at("expected").at("now").at("cevns").to_number<double>() ==
          Approx(1.76e23 / pot));

    const auto key = offline::testing::key_to_run(7);
    const auto opened = offline::shown(sealed, key);
    board.publish(snapshot_of(opened, run));
    const auto after = pane.until(has_measured);
    CHECK(after.at("blinded") == false);
    const auto inside = online::spectrum_json(*board.newest(), index_of(*opened)).at("in_time").at("inside");
    CHECK(after.at("measured").at("in_time").to_number<double>() == inside.to_number<double>());
    CHECK(after.at("measured").at("runs") == 1);

    board.publish(snapshot_of(sealed, run));
    CHECK(pane.until([](const json::value& now) { return !has_measured(now); }).at("blinded") == true);
}

TEST_CASE("the run that is followed counts only if it is of the plan, as it will when it is over") {
    const auto engine = engine_of(false);
    const auto spectra = filled(*engine);
    const test::ScratchDirectory scratch;
    online::SnapshotBoard board;
    auto plan = plan_of();
    plan.set_begin_utc_s(900);
    plan.set_end_utc_s(1100);
    const auto follow = [&](std::uint32_t number, std::int64_t begin_s) {
        auto run = run_of(number);
        run.set_start_utc_ns(begin_s * second);
        board.publish(snapshot_of(spectra, run));
    };
    const auto counts = [](std::uint32_t number) {
        return [number](const json::value& now) {
            const auto& exposure = now.at("exposure");
            return exposure.is_object() && exposure.at("followed") == number && exposure.at("runs") == 1;
        };
    };
    const auto counts_none = [](const json::value& now) { return now.at("exposure").is_null(); };
    follow(7, 1000);
    const Pane pane(board, plan, scratch.path());
    pane.until(counts(7));
    follow(8, 899);
    pane.until(counts_none);
    follow(9, 900);
    pane.until(counts(9));
    follow(10, 1100);
    pane.until(counts_none);
}

TEST_CASE("a prediction is on the spectrum's bins, for its live protons, what has none says why") {
    const auto engine = engine_of(false);
    online::SnapshotBoard board;
    board.publish(snapshot_of(filled(*engine), run_of(7)));
    const test::ScratchDirectory scratch;
    const Pane pane(board, plan_of(), scratch.path());
    const auto told = pane.until([](const json::value& now) { return !now.at("exposure").is_null(); });
    const auto answer = pane.get("/api/prediction/pe");
    INFO(answer.body);
    REQUIRE(answer.status == 200);
    const auto predicted = json::parse(answer.body);
    CHECK(predicted.at("pot").to_number<double>() == told.at("exposure").at("pot").to_number<double>());
    const auto& counts = predicted.at("counts").as_array();
    REQUIRE(counts.size() == 50);
    for (std::size_t bin = 0; bin < counts.size(); ++bin)
        CHECK(counts[bin].to_number<double>() == Approx(predicted.at("per_pot").at(bin).to_number<double>() *
                                                        predicted.at("pot").to_number<double>()));
    CHECK(pane.get("/api/prediction/wish").status == 404);
}

TEST_CASE("without a plan, or with one that cannot be read, the pane says so") {
    online::SnapshotBoard board;
    board.publish(snapshot_of(filled(*engine_of(false)), run_of(7)));
    const test::ScratchDirectory scratch;
    auto plan = plan_of();
    plan.set_experiment("/nowhere/at-all.txtpb");
    const Pane pane(board, plan, scratch.path());
    const auto told = pane.until([](const json::value& now) { return !now.at("plan").is_null(); });
    CHECK(told.at("trouble").as_string().find("at-all.txtpb") != json::string::npos);
    CHECK(told.at("exposure").at("pot").to_number<double>() > 0);
    CHECK(told.at("expected").at("now").at("cevns").is_null());
    CHECK(pane.get("/api/prediction/pe").status == 409);
    plan.set_experiment(plan_of().experiment());
    plan.set_spectrum("wish");
    const Pane other(board, plan, scratch.path());
    CHECK(other.until([](const json::value& now) { return !now.at("plan").is_null(); })
              .at("trouble")
              .as_string()
              .find("\"wish\"") != json::string::npos);

    Physics::Options options;
    Physics none(options, board);
    online::Router router;
    router.add(none.routes());
    online::Request request;
    request.values = {{"name", "pe"}};
    std::promise<unsigned> status;
    router.find("GET", "/api/prediction/pe").route->serve(request, [&](const online::Response& response) {
        status.set_value(response.status);
    });
    CHECK(status.get_future().get() == 404);
}

TEST_CASE("runs that are over count once each, if they are of the plan, those without spectra are named") {
    const test::ScratchDirectory scratch;
    auto catalogue = proto::RunCatalogue::open(scratch.path()).value();
    const auto engine = engine_of(false);
    const auto spectra = filled(*engine);
    const std::string exports = scratch.path() + "/online";
    const auto record = [&](std::uint32_t number, auto change, bool exported = true) {
        auto run = run_of(number);
        run.set_stop_utc_ns(2000 * second);
        run.mutable_ledger()->set_charge_recorded_pc(5'000'000'000'000);
        change(run);
        REQUIRE(catalogue.record(run).has_value());
        if (exported)
            online::export_run_spectra(*engine, *spectra, run, run.config_sha256(), exports).value();
    };
    const auto as_it_is = [](wire::RunDescription&) {};
    record(1, [](auto& run) { run.set_start_utc_ns(50 * second); });
    record(2, as_it_is);
    record(3, [](auto& run) { run.set_type(wire::TEST); });
    record(4, [](auto& run) { run.set_config_sha256("another"); });
    record(5, as_it_is, false);
    record(6, as_it_is);
    record(7, as_it_is);
    record(8, [](auto& run) { run.set_stop_utc_ns(0); }, false);

    auto plan = plan_of();
    plan.set_begin_utc_s(100);
    online::PlannedRuns runs(scratch.path(), exports, plan);
    auto config = test::demo_config();
    config.config = config_of(false);
    REQUIRE(runs.look(config, 7).has_value());
    using Numbers = std::set<std::uint32_t>;
    CHECK(runs.all().runs == Numbers{2, 6});
    CHECK(runs.runs_without_spectra() == 1);
    CHECK(runs.pot_recorded_without_spectra() == Approx(online::protons_of(5'000'000'000'000)));
    const auto one = online::SpectrumSum::of(spectra->histogram(index_of(*spectra)), 2, true);
    CHECK(runs.all().pot() == Approx(2 * one.pot()));
    CHECK(runs.all().anti_coincident.size() == one.anti_coincident.size());
    CHECK(runs.open().in_time[5] == 2 * one.in_time[5]);
    CHECK(runs.open().alpha_relative_uncertainty == 0.02);

    // The run that was followed is over, and what was missing has been exported.
    online::export_run_spectra(*engine, *spectra, run_of(5), config.sha256, exports).value();
    REQUIRE(runs.look(config, 8).has_value());
    CHECK(runs.all().runs == Numbers{2, 5, 6, 7});
    CHECK(runs.runs_without_spectra() == 0);
    REQUIRE(runs.look(config, 8).has_value());
    CHECK(runs.all().pot() == Approx(4 * one.pot()));
    auto another = config;
    another.sha256 = "another";
    REQUIRE(runs.look(another, 8).has_value());
    CHECK(runs.all().runs == Numbers{4});
    online::PlannedRuns nowhere("/nowhere", "/nowhere", plan);
    CHECK(nowhere.look(config, 0).has_value());
}

TEST_CASE("an exported spectrum has the counts and exposure that were filled, but what is sealed") {
    const test::ScratchDirectory scratch;
    for (const bool blinded : {false, true}) {
        const auto config = config_of(blinded);
        const auto engine = engine_of(blinded);
        const auto spectra = filled(*engine);
        auto run = run_of(7);
        run.set_blinded(blinded);
        const auto path = online::export_run_spectra(*engine, *spectra, run, "hash", scratch.path()).value() +
                          "/spectra.json";
        const auto read = online::exported_spectrum(path, config, spectrum, 7).value();
        const auto view = spectra->histogram(index_of(*spectra));
        const auto live = online::SpectrumSum::of(view, 7, true);
        CHECK(read.in_time == live.in_time);
        CHECK(read.anti_coincident == live.anti_coincident);
        CHECK(read.exposure == live.exposure);
        CHECK(live.alpha_relative_uncertainty == 0.02);
        CHECK(read.alpha_relative_uncertainty == live.alpha_relative_uncertainty);
        CHECK(read.sealed == blinded);
        CHECK(read.simulated);
        CHECK(read.view().axes[1].max == view.axes[1].max);
        CHECK(online::exported_spectrum(path, config, "wish", 7).error().kind == ErrorKind::NOT_FOUND);
    }
    const auto damaged = scratch.path() + "/damaged.json";
    std::ofstream(damaged) << "{\n\"pe_t_rec/anti_coincident\": {\"metadata\": 5\n";
    CHECK(online::exported_spectrum(damaged, config_of(false), spectrum, 7).error().kind ==
          ErrorKind::CORRUPT);
    CHECK(online::exported_spectrum("/nowhere", config_of(false), spectrum, 7).error().kind ==
          ErrorKind::NOT_FOUND);
}

TEST_CASE("the rate is that of the last minutes, and leads to the day on which the plan is reached") {
    online::ExposureRate rate;
    rate.take(1000, 0);
    rate.take(1005, 50);
    CHECK_FALSE(rate.pot_per_s().has_value());
    rate.take(1020, 200);
    CHECK(*rate.pot_per_s() == Approx(10));
    for (double t = 1020; t < 3000; t += 5)
        rate.take(t, 200);  // the beam is down
    CHECK(*rate.pot_per_s() == 0);
    rate.take(3000, 100);  // another configuration
    CHECK_FALSE(rate.pot_per_s().has_value());

    online::PhysicsState state;
    state.utc_s = 10'000;
    state.plan = plan_of();
    state.planned_pot = 1000;
    state.first_utc_s = 9000;
    state.runs = online::SpectrumSum::of(filled(*engine_of(false))->histogram(0), 7, true);
    const double pot = state.runs.pot();
    state.planned_pot = 3 * pot;
    state.pot_per_s = pot / 100;
    auto told = online::physics_json(state);
    CHECK(told.at("rate").at("reached_utc_s").to_number<double>() == Approx(10'200));
    CHECK(told.at("rate").at("reached_at_mean_utc_s").to_number<double>() == Approx(12'000));
    state.pot_per_s = 0;
    CHECK(online::physics_json(state).at("rate").at("reached_utc_s").is_null());
    state.plan->set_end_utc_s(10'500);
    CHECK(online::physics_json(state).at("rate").at("needed_pot_per_s").to_number<double>() ==
          Approx(2 * pot / 500));
    // 1.76e23 POT of 954 MeV are the 7.47594 GWh of arXiv:1708.01294.
    CHECK(online::gwh_of(1.76e23, 0.9545) == Approx(7.476).epsilon(1e-3));
    CHECK(online::pot_of_gwh(online::gwh_of(5e22, 1), 1) == Approx(5e22));
}

TEST_CASE("time without beam is told apart from time that we lost") {
    online::BeamAccount account;
    account.take(100, BeamState::BEAM);
    account.take(110, BeamState::BEAM_OFF);
    account.take(113, BeamState::DAQ_DOWN);
    account.take(1000, BeamState::BEAM);  // the process stood still
    account.take(1001, BeamState::BEAM);
    CHECK(account.seconds(BeamState::BEAM) == 11);
    CHECK(account.seconds(BeamState::BEAM_OFF) == 3);
    CHECK(account.seconds(BeamState::DAQ_DOWN) == 0);
    CHECK(account.since_utc_s() == 100);
}

// The signal as simulations take it.
#include "offline/experiment/signal_table.hpp"

#include <fstream>
#include <numeric>

#include <catch2/catch.hpp>

#include "hw/simulation/signal_table.hpp"
#include "offline/experiment/experiment_model.hpp"
#include "tests/offline/experiment/experiment_data.hpp"
#include "tests/offline/verbs/run_program.hpp"

using namespace spillgate;
using namespace spillgate::offline;

namespace {

double sum_of(const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0);
}

}  // namespace

TEST_CASE("a signal table holds every recoil that the experiment's source makes, per proton") {
    for (const auto* name : {"csns-lar", "csns-csi-cryo"}) {
        const auto experiment = test::experiment(name);
        const DataFolder folder({}, experiment.config.data());
        const auto table = signal_table(experiment, folder);
        REQUIRE(table.has_value());
        // The same experiment with a detector that sees all.
        const bool recoils = table->unit == "keVnr";
        const auto open = test::experiment(
            name,
            {recoils ? "axes.size_unit=KEVNR" : "axes.size_unit=KEVEE", "response={ identity {} }",
             "axes.size={ equal { bins: 1 begin: 0 end: 1000 } }", "axes.t_rec_us={}", "background=[]"});
        const auto model = ExperimentModel::make(open, folder, std::nullopt).value();
        const auto [prompt, delayed] = model.signal_events(model.starts());
        const double pot = experiment.config.source().pot();
        CHECK(sum_of(table->prompt) * pot == Approx(prompt).epsilon(1e-4));
        CHECK(sum_of(table->delayed) * pot == Approx(delayed).epsilon(1e-4));
        CHECK(table->edges_kev.back() < 170);
    }
}

TEST_CASE("a written signal table is what the simulation reads") {
    const testing::TestDirectory directory;
    const auto path = directory.path("signal.txt");
    const auto run = testing::run_program(
        {"predict", "--experiment", std::string(SPILLGATE_SOURCE_DIR) + "/config/experiments/csns-lar.txtpb",
         "--signal-table", path});
    INFO(run.err);
    REQUIRE(run.status == 0);
    const auto read = hw::simulation::SignalTable::read(path);
    REQUIRE(read.has_value());
    const auto experiment = test::experiment("csns-lar");
    const auto table = signal_table(experiment, DataFolder({}, experiment.config.data())).value();
    CHECK(read->per_proton() == Approx(sum_of(table.prompt) + sum_of(table.delayed)));
    CHECK(read->prompt_fraction() ==
          Approx(sum_of(table.prompt) / (sum_of(table.prompt) + sum_of(table.delayed))));
}

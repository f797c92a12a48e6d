#include "online/physics/planned_experiment.hpp"

#include <numeric>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <google/protobuf/text_format.h>

#include "tests/offline/verbs/experiment_program.hpp"

using namespace spillgate;
using offline::testing::experiment_file;
using offline::testing::number;
using offline::testing::said;
using online::PlannedExperiment;
using proto::ErrorKind;

namespace {

// A projection of 1.2311e22 POT, with a background of 300 events.
constexpr auto projected = "csns-csi-cryo";

PlannedExperiment planned(const std::string& experiment) {
    config::Plan plan;
    plan.set_experiment(experiment_file(experiment));
    plan.set_spectrum("pe_t");
    return PlannedExperiment::load(plan).value();
}

// Spectra with the axes of that experiment, whole and in parts.
constexpr auto spectra = R"(
selection {
  name: "all"
  cut { variable: "n_peaks" min: 3 }
  cut { variable: "t_rec_us" max: 8 }
}
spectrum {
  name: "pe_t" selection: "all"
  axis { variable: "pe" bins: 38 min: 4 max: 80 }
  axis { variable: "t_rec_us" bins: 16 min: 0 max: 8 }
}
spectrum {
  name: "t_pe" selection: "all"
  axis { variable: "t_rec_us" bins: 16 min: 0 max: 8 }
  axis { variable: "pe" bins: 38 min: 4 max: 80 }
}
spectrum {
  name: "pe" selection: "all"
  axis { variable: "pe" bins: 40 min: 0 max: 80 }
  cut { variable: "t_rec_us" min: 0 }
}
spectrum {
  name: "t" selection: "all"
  axis { variable: "t_rec_us" bins: 8 min: 0 max: 8 }
  cut { variable: "pe" min: 4 max: 80 }
}
spectrum {
  name: "few" selection: "all"
  axis { variable: "pe" bins: 4 min: 0 max: 40 }
  cut { variable: "pe" min: 15 max: 30 }
  cut { variable: "t_rec_us" min: 0 }
}
spectrum { name: "rise" selection: "all" axis { variable: "rise_ns" bins: 4 min: 0 max: 40 } }
)";

config::Config config_with_spectra() {
    config::Config config;
    REQUIRE(google::protobuf::TextFormat::ParseFromString(spectra, &config));
    return config;
}

double sum(const std::vector<double>& counts) {
    return std::accumulate(counts.begin(), counts.end(), 0.0);
}

}  // namespace

TEST_CASE("what a plan expects of an exposure is what predict and sensitivity say", "[integration]") {
    const double pot = 3e21;
    const auto expected = planned(projected).expected(pot, {}).value();
    const auto set_pot = fmt::format("source.pot={}", pot);
    const auto predicted =
        said({"predict", "--experiment", experiment_file(projected), "--set", set_pot}).at("expected");
    CHECK(expected.pot == pot);
    CHECK(expected.cevns == Approx(number(predicted.at("cevns"))).epsilon(1e-12));
    const auto point =
        said({"sensitivity", "--experiment", experiment_file(projected), "--set", set_pot, "--set",
              fmt::format("background.ssb.events={:.17g}", 300 * pot / 1.2311e22), "--scan", "mass_t=0.012"})
            .at("points")
            .at(0);
    REQUIRE(expected.sigma_fm.has_value());
    CHECK(*expected.radius_fm == Approx(number(point.at("value"))));
    CHECK(*expected.sigma_fm / *expected.radius_fm ==
          Approx(number(point.at("relative_error"))).epsilon(1e-6));
    // With more protons R_n is known better.
    CHECK(*planned(projected).expected(4 * pot, {})->sigma_fm < *expected.sigma_fm);
}

TEST_CASE("nothing is expected of no protons, without AC a steady state is not known, and says so") {
    CHECK(planned(projected).expected(0, {}).error().kind == ErrorKind::CONFIG);
    const auto steady = planned("demo-csi").expected(1e23, {});
    REQUIRE(steady.has_error());
    CHECK(steady.error().message.find("anti-coincident") != std::string::npos);
    config::Plan nowhere;
    nowhere.set_experiment("/nowhere/at-all.txtpb");
    CHECK(PlannedExperiment::load(nowhere).error().kind == ErrorKind::NOT_FOUND);
}

TEST_CASE("the predicted spectrum is that of predict, on the axes of each spectrum", "[integration]") {
    const auto experiment = planned(projected);
    const auto config = config_with_spectra();
    const auto whole = experiment.per_proton(config, "pe_t").value();
    const auto said_counts =
        said({"predict", "--experiment", experiment_file(projected)}).at("spectrum").at("cevns").as_array();
    REQUIRE(whole.size() == said_counts.size());
    for (std::size_t bin = 0; bin < whole.size(); ++bin)
        REQUIRE(whole[bin] * 1.2311e22 == Approx(number(said_counts[bin])).epsilon(1e-9).margin(1e-12));

    const auto turned = experiment.per_proton(config, "t_pe").value();
    const auto pe = experiment.per_proton(config, "pe").value();
    const auto t = experiment.per_proton(config, "t").value();
    for (std::size_t s = 0; s < 38; ++s) {
        double over_time = 0;
        for (std::size_t i = 0; i < 16; ++i) {
            CHECK(turned[i * 38 + s] == Approx(whole[s * 16 + i]));
            over_time += whole[s * 16 + i];
        }
        CHECK(pe[s + 2] == Approx(over_time).epsilon(1e-6));
    }
    REQUIRE(t.size() == 8);
    CHECK(sum(t) == Approx(sum(whole)).epsilon(1e-6));
    CHECK(t[0] > t[4]);
    // Bins that a cut leaves a half of have half of it; those that it leaves nothing of have none.
    const auto few = experiment.per_proton(config, "few").value();
    CHECK(few[0] == 0);
    CHECK(few[3] == 0);
    CHECK(few[2] == Approx(std::accumulate(pe.begin() + 10, pe.begin() + 15, 0.0)).epsilon(1e-6));
    CHECK(few[1] < std::accumulate(pe.begin() + 5, pe.begin() + 10, 0.0));
    CHECK(experiment.per_proton(config, "rise").error().message.find("rise_ns") != std::string::npos);
    CHECK(experiment.per_proton(config, "none").error().kind == ErrorKind::CONFIG);
}

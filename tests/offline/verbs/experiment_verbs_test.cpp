// predict, fit and sensitivity, run as a person does.
#include <boost/json/array.hpp>
#include <catch2/catch.hpp>

#include "tests/offline/experiment/experiment_data.hpp"
#include "tests/offline/verbs/experiment_program.hpp"
#include "tests/offline/verbs/run_program.hpp"

using namespace spillgate::offline;
using testing::experiment_file;
using testing::run_program;
using testing::said;

namespace {

// σ(R_n)/R_n at each value of the scan.
std::vector<double> precision(const std::string& experiment, const std::string& scan,
                              const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments{"sensitivity", "--experiment", experiment_file(experiment), "--scan",
                                       scan};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const auto result = said(arguments);
    std::vector<double> errors;
    for (const auto& point : result.at("points").as_array())
        errors.push_back(point.at("relative_error").to_number<double>());
    return errors;
}

double expected_events(const std::string& experiment, const std::string& change) {
    return said({"predict", "--experiment", experiment_file(experiment), "--set", change})
        .at("expected")
        .at("cevns")
        .to_number<double>();
}

}  // namespace

TEST_CASE("predict says the components, their spectra and axes, and takes changes of any field") {
    const auto lar = said({"predict", "--experiment", experiment_file("csns-lar")});
    const double events = lar.at("expected").at("cevns").to_number<double>();
    CHECK(lar.at("spectrum").at("cevns").as_array().size() == 45);
    CHECK(lar.at("axes").at("size").at("edges").as_array().size() == 46);
    CHECK(expected_events("csns-lar", "target.mass_kg=2000") == Approx(2 * events));
    const auto water = said({"predict", "--experiment", experiment_file("d2o")});
    CHECK(water.at("expected").at("nu_e_d_cc").to_number<double>() > 500);
    CHECK(water.at("flux_relative_error").to_number<double>() < 0.05);
}

TEST_CASE("fit gives values, errors, yields, significance and correlations, and a picture") {
    const auto data = test::published_data();
    if (data.empty()) return;
    const testing::TestDirectory directory;
    const auto fitted = said({"fit", "--experiment", experiment_file("coherent-csi-2021"), "--data", data,
                              "--free", "cevns", "--plot", directory.path("csi.png")});
    const auto& cevns = fitted.at("parameters").at("cevns").as_object();
    CHECK(cevns.at("value").to_number<double>() == Approx(308).margin(2));
    CHECK(cevns.at("error_minus").to_number<double>() == Approx(31.5).margin(2));
    CHECK(fitted.at("yields").at("cevns").to_number<double>() ==
          Approx(cevns.at("value").to_number<double>()));
    CHECK(fitted.at("significance_sigma").to_number<double>() == Approx(11.57).margin(0.1));
    CHECK(fitted.at("correlation").at("cevns").at("cevns").to_number<double>() == 1);
    CHECK(fitted.at("correlation").at("cevns").at("ssb").to_number<double>() < 0);
    CHECK(fitted.at("flags").as_array().empty());
    CHECK(testing::content_of(directory.path("csi.png")).starts_with("\x89PNG"));
}

TEST_CASE("fit and sensitivity refuse what they cannot do, with what they can") {
    const auto status = [](const std::vector<std::string>& arguments, std::string_view why) {
        const auto run = run_program(arguments);
        INFO(run.err);
        CHECK(run.err.find(why) != std::string::npos);
        return run.status;
    };
    CHECK(status({"fit", "--experiment", experiment_file("csns-lar"), "--free", "R_n"}, "is a projection") ==
          2);
    CHECK(status({"fit", "--experiment", experiment_file("csns-lar"), "--asimov", "--free", "R_p"},
                 "no parameter is 'R_p'") == 2);
    CHECK(status({"fit", "--experiment", experiment_file("csns-lar"), "--asimov", "--free",
                  "cevns,cross_section_1e-40_cm2"},
                 "free one of them") == 2);
    CHECK(status({"fit", "--experiment", experiment_file("csns-lar"), "--asimov", "--free",
                  "R_n,cross_section_1e-40_cm2"},
                 "R_n gives the cross section") == 2);
    CHECK(status({"predict", "--experiment", "nowhere.txtpb"}, "cannot be read") == 1);
    CHECK(status({"predict", "--experiment", experiment_file("csns-lar"), "--set", "target.mass_kg=-1"},
                 "allowed is above 0") == 2);
    CHECK(status({"sensitivity", "--experiment", experiment_file("csns-lar"), "--scan", "colour=1"},
                 "mass_t") == 2);
    CHECK(status({"sensitivity", "--experiment", experiment_file("csns-lar"), "--scan", "mass_t=a"},
                 "not a number") == 2);
}

// What the study of arXiv:1903.12120 finds, with the flux known to 10 %.
TEST_CASE("an unknown quenching costs more precision the larger the detector") {
    const std::string masses = "mass_t=0.01,0.1,1,10";
    const struct {
        std::string experiment;
        std::vector<double> ratio;
    } cases[]{{"csns-lar", {1.24, 1.77, 2.48, 2.72}}, {"csns-lxe", {1.59, 2.56, 3.25, 3.35}}};
    for (const auto& [experiment, ratio] : cases) {
        const auto known = precision(experiment, masses);
        const auto unknown = precision(experiment, masses, {"--quenching-sigma", "0.1"});
        for (std::size_t i = 0; i < ratio.size(); ++i)
            CHECK(unknown[i] / known[i] == Approx(ratio[i]).epsilon(0.1));
    }
}

TEST_CASE("a full spectrum calibrates the quenching, a single bin does not, and more mass does not help it") {
    const auto one_bin = precision(
        "csns-lar", "mass_t=1,10",
        {"--quenching-sigma", "0.1", "--set", "axes.size={ equal { bins: 1 begin: 20 end: 110 } }"});
    CHECK(one_bin[1] / one_bin[0] > 0.99);
    const auto spectrum = precision("csns-lar", "mass_t=1,10", {"--quenching-sigma", "0.1"});
    CHECK(spectrum[1] < 0.5 * spectrum[0]);
}

TEST_CASE("with quenching unknown to a tenth a higher threshold costs events and hardly precision") {
    const auto argon = precision("csns-lar", "threshold_kev=5,10,20,30,40", {"--quenching-sigma", "0.1"});
    const auto xenon = precision("csns-lxe", "threshold_kev=2,4,6,8,10", {"--quenching-sigma", "0.1"});
    for (const auto* errors : {&argon, &xenon})
        for (const double error : *errors)
            CHECK(std::abs(error / errors->front() - 1) < 0.08);
    CHECK(expected_events("csns-lar", "axes.size={ equal { bins: 53 begin: 5 end: 110 } }") >
          3.5 * expected_events("csns-lar", "axes.size={ equal { bins: 35 begin: 40 end: 110 } }"));
    CHECK(expected_events("csns-lxe", "axes.size={ equal { bins: 38 begin: 2 end: 40 } }") >
          3.5 * expected_events("csns-lxe", "axes.size={ equal { bins: 30 begin: 10 end: 40 } }"));
    // Known quenching: there the low energies do matter.
    const auto known = precision("csns-lar", "threshold_kev=5,20");
    CHECK(known[1] > 1.3 * known[0]);
}

// Own histograms as the counts of an experiment.
#include "offline/experiment/measured_spectrum.hpp"

#include <numeric>

#include <catch2/catch.hpp>

#include "offline/blinding/shown.hpp"
#include "offline/experiment/experiment_model.hpp"
#include "tests/offline/blinding_key.hpp"
#include "tests/offline/experiment/own_spectra.hpp"

using namespace spillgate;
using namespace spillgate::offline;
using proto::ErrorKind;

namespace {

constexpr double protons_per_c = 1 / 1.602176634e-19;

Axes axes_of(const std::vector<std::string>& changes = {}) {
    return make_axes(parse_experiment(test::own_experiment(), "own", changes).value().config.axes()).value();
}

proto::Error refusal(const test::OwnSpectraOptions& options, const std::string& histogram = "pe_t",
                     const std::vector<std::string>& changes = {}) {
    const auto measured = measured_spectrum(test::own_spectra(options), histogram, axes_of(changes));
    REQUIRE_FALSE(measured.has_value());
    INFO(measured.error().message);
    return measured.error();
}

bool says(const proto::Error& error, std::string_view text) {
    INFO(error.message);
    CHECK(error.message.find(text) != std::string::npos);
    return error.message.find(text) != std::string::npos;
}

test::OwnSpectraOptions numbered() {
    test::OwnSpectraOptions options;
    std::iota(options.in_time.begin(), options.in_time.end(), 100);
    std::iota(options.anti_coincident.begin(), options.anti_coincident.end(), 1);
    return options;
}

}  // namespace

TEST_CASE("a histogram's counts inside its axes are an experiment's, in whichever order its axes are") {
    const auto options = numbered();
    const auto saved = test::own_spectra(options);
    for (const auto* name : {"pe_t", "t_pe"}) {
        const auto measured = measured_spectrum(saved, name, axes_of());
        REQUIRE(measured.has_value());
        CHECK(measured->coincidence == std::vector<double>(options.in_time.begin(), options.in_time.end()));
        CHECK(measured->anti_coincidence ==
              std::vector<double>(options.anti_coincident.begin(), options.anti_coincident.end()));
    }
}

TEST_CASE("exposure is the ledger's: protons of the charge, alpha of the live times") {
    auto options = numbered();
    options.anti_coincident_live_s = 250;
    options.windows_without_charge = 9;
    const auto measured = measured_spectrum(test::own_spectra(options), "pe_t", axes_of());
    REQUIRE(measured.has_value());
    CHECK(measured->exposure.pot.known() == Approx(20 * protons_per_c).epsilon(1e-12));
    CHECK(measured->exposure.pot.unknown_share() == Approx(0.009));
    CHECK(measured->exposure.alpha.value == Approx(0.4));
    CHECK(measured->exposure.alpha.sigma == Approx(0.4 * 0.02));
}

TEST_CASE("the coincident counts of blinded runs are not looked at") {
    auto options = numbered();
    options.blinded = true;
    const auto measured = measured_spectrum(test::own_spectra(options), "pe_t", axes_of());
    REQUIRE(measured.has_value());
    CHECK(measured->coincidence.empty());
    CHECK(measured->exposure.sealed);
    CHECK(measured->anti_coincidence.size() == 48);
}

TEST_CASE("with the key to them the coincident counts of blinded runs are those that were filled") {
    auto options = numbered();
    const auto open = measured_spectrum(test::own_spectra(options), "pe_t", axes_of());
    options.blinded = true;
    auto saved = test::own_spectra(options);
    const proto::testing::TemporaryDirectory runs;
    open_sealed(saved, runs.path());
    CHECK_FALSE(saved.opened);
    CHECK(saved.why_sealed.find("does not unblind run 12") != std::string::npos);
    auto log = proto::UnblindingLog::open(runs.path()).value();
    log.append(testing::unblinding_of(13, 20)).value();
    open_sealed(saved, runs.path());
    CHECK_FALSE(saved.opened);
    log.append(testing::unblinding_of(10, 12)).value();
    open_sealed(saved, runs.path());
    REQUIRE(saved.opened);
    const auto measured = measured_spectrum(saved, "pe_t", axes_of());
    REQUIRE(measured.has_value());
    CHECK_FALSE(measured->exposure.sealed);
    CHECK(measured->coincidence == open->coincidence);
    CHECK(measured->exposure.provenance.unblinding.starts_with("unblinding 2 ("));
}

TEST_CASE("axes that are not the experiment's are refused, with both") {
    const auto options = numbered();
    const auto edges = refusal(options, "pe_t", {"axes.size={ equal { bins: 8 begin: 0 end: 41 } }"});
    CHECK(edges.kind == ErrorKind::CONFIG);
    says(edges, "the experiment's axes are pe in 8 equal bins from 0 to 41, t_rec_us in 6 equal bins");
    says(edges, "those of the histogram are pe_t: pe in 8 equal bins from 0 to 40");
    says(refusal(options, "pe_t", {"axes.size={ edge: [0, 10, 40] }"}), "pe between 0, 10, 40");
    says(refusal(options, "pe"), "those of the histogram are pe: pe in 40 equal bins from 0 to 20");
    says(refusal(options, "", {"axes.size={ edge: [0, 10, 40] }"}), "pe_t: pe in 8 equal bins");
    // keVee is another variable, recoil energies are none.
    says(refusal(options, "pe_t", {"axes.size_unit=KEVEE", "response={ gaussian_kevee { stochastic: 1 } }"}),
         "energy_kev in 8");
    says(refusal(options, "pe_t", {"axes.size_unit=KEVNR", "quenching={}", "response={ identity {} }"}),
         "size in keVnr, which no chain gives");
    says(refusal(options, "pe_t", {"axes.t_rec_us={}"}), "pe_t: pe in 8 equal bins");
}

TEST_CASE("a histogram is found by its axes if they are its alone, and by name otherwise") {
    const auto options = numbered();
    says(refusal(options, ""), "pe_t and t_pe have the experiment's axes; name one with --histogram");
    says(refusal(options, "xy"), "there is no histogram 'xy'; there are pe, pe_t, t_pe");
}

TEST_CASE("missing exposure is refused and never zero") {
    const auto without = [](auto change) {
        auto options = numbered();
        change(options);
        auto error = refusal(options);
        CHECK(error.kind == ErrorKind::REFUSED);
        return error;
    };
    says(without([](auto& o) { o.in_time_live_s = 0; }), "no C window was live");
    says(without([](auto& o) { o.anti_coincident_live_s = 0; }), "no AC window was live");
    says(without([](auto& o) { o.charge_c = 0; }), "no C window has a charge");
    says(without([](auto& o) { o.windows_without_charge = 11; }),
         "the charge of 11 of 1000 C windows is missing");
}

TEST_CASE("the steady state is alpha times AC, with the errors of both, the beam's backgrounds go with POT") {
    auto options = numbered();
    options.anti_coincident_live_s = 250;
    auto experiment = parse_experiment(test::own_experiment(), "own",
                                       {"background.ssb.events=7", "background.ssb.sigma=0.5"})
                          .value();
    auto measured = measured_spectrum(test::own_spectra(options), "pe_t", axes_of()).value();
    const AntiCoincidence anti{measured.anti_coincidence, 0, measured.exposure.alpha};
    take_exposure(measured.exposure, experiment);
    CHECK(experiment.own->pot_of_file == 1e20);
    CHECK(experiment.config.source().pot() == Approx(20 * protons_per_c));
    const DataFolder folder({}, experiment.config.data());
    const auto model = ExperimentModel::make(experiment, folder, anti).value();
    const double n = 48 * 49 / 2.;
    const auto& ssb = model.parameters()[*model.index_of("ssb")];
    CHECK(ssb.start == Approx(0.4 * n));
    REQUIRE(ssb.pull.has_value());
    CHECK(ssb.pull->sigma_plus == Approx(std::hypot(0.4 * std::sqrt(n), 0.4 * 0.02 * n)));
    const auto& brn = model.parameters()[*model.index_of("brn")];
    CHECK(brn.start == Approx(10 * 20 * protons_per_c / 1e20));
    CHECK(brn.pull->sigma_plus == Approx(0.25 * brn.start));
}

TEST_CASE("an exponential fitted to the AC times has the slope that they were made with") {
    // Expected counts of exp(−0.3 t), times 1e5: rounding is all that differs.
    test::OwnSpectraOptions options;
    for (std::size_t t = 0; t < 6; ++t) {
        const double low = std::exp(-0.3 * static_cast<double>(t));
        options.anti_coincident[t] = static_cast<std::uint64_t>(1e5 * (low - low * std::exp(-0.3)));
    }
    auto experiment = parse_experiment(test::own_experiment("fitted_exponential: true"), "own").value();
    const auto measured = measured_spectrum(test::own_spectra(options), "pe_t", axes_of()).value();
    const DataFolder folder({}, experiment.config.data());
    const auto model =
        ExperimentModel::make(experiment, folder, AntiCoincidence{measured.anti_coincidence, 0, {1, 0}})
            .value();
    const auto ssb = model.component("ssb", model.starts());
    for (std::size_t t = 0; t < 5; ++t)
        CHECK(ssb[t + 1] / ssb[t] == Approx(std::exp(-0.3)).epsilon(1e-4));
}

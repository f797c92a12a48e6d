// What the study of arXiv:1903.12120 says of where R_n is measured and what its moments suffer from.
#include <cmath>
#include <numeric>

#include <catch2/catch.hpp>

#include "offline/fit/hesse.hpp"
#include "tests/offline/experiment/experiment_data.hpp"

using namespace spillgate::offline;

namespace {

ExperimentModel model_of(const std::string& name, const std::vector<std::string>& changes) {
    return test::model_of(name, changes).value();
}

// The energy below which half of the sum over bins lies.
double median(const std::vector<double>& edges, const std::vector<double>& bins) {
    const double half = std::accumulate(bins.begin(), bins.end(), 0.0) / 2;
    double below = 0;
    for (std::size_t i = 0; i < bins.size(); ++i) {
        if (below + bins[i] >= half) return edges[i] + (edges[i + 1] - edges[i]) * (half - below) / bins[i];
        below += bins[i];
    }
    return edges.back();
}

struct Information {
    double event_median_kev = 0;
    double median_kev = 0;          // of Fisher's information on R_n
    double above_event_median = 0;  // fraction of it
};

// Of all recoils, in bins so fine that they do not matter.
Information information(const std::string& experiment, const std::string& axis) {
    auto model = model_of(experiment, {"axes.size={ equal { " + axis + " } }"});
    REQUIRE(model.set_free({"R_n"}));
    const auto values = model.starts();
    const auto scratch = model.scratch();
    std::vector<double> events(model.bins()), slope(model.bins()), bits(model.bins());
    model.expected(values, *scratch, events);
    const std::size_t radius = *model.index_of("R_n");
    model.derivatives(values, std::span(&radius, 1), model.parameters(), *scratch, slope);
    for (std::size_t i = 0; i < bits.size(); ++i)
        if (events[i] > 0) bits[i] = slope[i] * slope[i] / events[i];
    const auto& edges = model.axes().size.edges;
    Information found{median(edges, events), median(edges, bits)};
    double above = 0;
    for (std::size_t i = 0; i < bits.size(); ++i)
        if (edges[i] >= found.event_median_kev) above += bits[i];
    found.above_event_median = above / std::accumulate(bits.begin(), bits.end(), 0.0);
    return found;
}

// Parabolic σ(⟨R⁴⟩)/⟨R⁴⟩, four times that of its root, with R_n free as well and ⟨R⁶⟩ known to 10 %.
double fourth_moment_error(const std::string& experiment, const std::string& mass_kg,
                           const std::string& flux_sigma, const std::string& quenching_sigma) {
    auto model = model_of(experiment,
                          {"nuclear.form_factor=MOMENTS", "target.mass_kg=" + mass_kg,
                           "source.flux_sigma=" + flux_sigma, "quenching.energy_sigma=" + quenching_sigma});
    REQUIRE(model.set_free({"R_n", "R4"}));
    const auto values = model.starts();
    std::vector<double> expected(model.bins());
    model.expected(values, *model.scratch(), expected);
    const auto likelihood =
        fit::Likelihood::make(model, {expected, {}, {}}, fit::Statistic::CHI2_COUNTS).value();
    fit::Workspace workspace(likelihood);
    const auto best = fit::minimise(likelihood, workspace);
    REQUIRE(best.converged);
    const auto r4 = *model.index_of("R4");
    return 4 * fit::hesse(likelihood, best, likelihood.varied(), workspace).error(r4).value() / values[r4];
}

}  // namespace

TEST_CASE("R_n is measured by recoils far above the median of all recoils") {
    const auto argon = information("csns-lar", "bins: 220 begin: 0 end: 110");
    CHECK(argon.event_median_kev == Approx(16.9).epsilon(0.02));
    CHECK(argon.median_kev == Approx(56).epsilon(0.02));
    CHECK(argon.above_event_median > 0.9);
    const auto xenon = information("csns-lxe", "bins: 400 begin: 0 end: 40");
    CHECK(xenon.event_median_kev == Approx(4.4).epsilon(0.02));
    CHECK(xenon.median_kev == Approx(16).epsilon(0.02));
    CHECK(xenon.above_event_median > 0.9);
}

// A ton of argon leaves ⟨R⁴⟩ unknown: its interval ends at 0.
TEST_CASE("an unknown quenching costs precision on the fourth moment where the flux is known") {
    const struct {
        std::string experiment, mass_kg;
        double known, quenching, flux;  // relative errors with both known, and with one known to 10 %
    } cases[]{{"csns-lar", "10000", 0.291, 0.397, 0.684}, {"csns-lxe", "1000", 0.0969, 0.1180, 0.1872}};
    for (const auto& [experiment, mass_kg, known, quenching, flux] : cases) {
        const auto error = [&](const char* flux_sigma, const char* quenching_sigma) {
            return fourth_moment_error(experiment, mass_kg, flux_sigma, quenching_sigma);
        };
        const double both_known = error("0", "0");
        CHECK(both_known == Approx(known).epsilon(0.01));
        CHECK(error("0", "0.1") == Approx(quenching).epsilon(0.01));
        CHECK(error("0", "0.1") > 1.15 * both_known);
        CHECK(error("0.1", "0") == Approx(flux).epsilon(0.01));
        // The flux costs more, and what it costs hides the quenching.
        CHECK(error("0.1", "0") > 1.5 * both_known);
        CHECK(error("0.1", "0.1") < 1.05 * error("0.1", "0"));
    }
}

// Experiments simulated with a known R_n and fitted as data are: pulls and coverage. Toys of an experiment
// are drawn with its pulls' centres, so that flux, quenching and backgrounds are as unknown as they are said
// to be.
#include "offline/fit/closure.hpp"

#include <cmath>

#include <catch2/catch.hpp>

#include "tests/offline/experiment/experiment_data.hpp"

using namespace spillgate::offline;

namespace {

constexpr std::uint64_t toys = 500;
constexpr double one_sigma = 0.6827;
// Of a normal distribution, below +1 σ: what is covered if a limit is all that bounds the other side.
constexpr double below_one_sigma = 0.8413;

struct Simulated {
    std::string experiment;
    std::vector<std::string> changes;
    std::uint64_t seed;
    double radius_fm = 0;  // true R_n; 0: the experiment's own
};

// Nothing with a printed line if its data are not there.
std::optional<fit::ClosureOf> closure_of(const Simulated& simulated) {
    auto model = test::model_of(simulated.experiment, simulated.changes);
    if (!model) return std::nullopt;
    REQUIRE(model->set_free({"R_n"}));
    const auto radius = *model->index_of("R_n");
    auto truth = model->starts();
    if (simulated.radius_fm > 0) truth[radius] = simulated.radius_fm;
    std::vector<double> expected(model->bins());
    model->expected(truth, *model->scratch(), expected);
    const auto likelihood = fit::Likelihood::make(*model, {expected, {}, {}}).value();
    const auto found = fit::closure(likelihood, truth, {toys, simulated.seed, {}}, fit::toy_precision(),
                                    std::span(&radius, 1))
                           .value();
    CHECK(found.not_converged == 0);
    CHECK(found.parameters.front().coverage.all == toys);
    return found.parameters.front();
}

// Three standard deviations of what 500 toys tell.
void check_unit_normal(const fit::ClosureOf& closure) {
    CHECK(closure.roots == toys);
    CHECK(std::abs(closure.root_mean) < 3 * closure.root_mean_error);
    CHECK(std::abs(closure.root_width - 1) < 3 * closure.root_width_error);
}

void check_coverage(const fit::Fraction& coverage) {
    CHECK(std::abs(coverage.value() - one_sigma) < 3 * coverage.error());
}

}  // namespace

// Pulls are likelihood roots. Parabolic ones are unit normal, too, for CsI and for xenon; for argon with the
// quenching known to 10 % the error depends so much on R_n that theirs have a width of 1.09.
TEST_CASE("simulated CsI 2021 and tons at CSNS give back R_n: unit pulls, coverage of 68 %", "[property]") {
    const std::string poisson = "statistic=POISSON", quenching = "quenching.energy_sigma=0.1";
    for (const auto& simulated :
         {Simulated{"coherent-csi-2021", {}, 1}, Simulated{"coherent-csi-2021", {}, 2, 5.4},
          Simulated{"csns-lar", {poisson}, 3}, Simulated{"csns-lxe", {poisson}, 4},
          Simulated{"csns-lar", {poisson, quenching}, 5}, Simulated{"csns-lxe", {poisson, quenching}, 6}}) {
        INFO(simulated.experiment << ", seed " << simulated.seed);
        const auto closure = closure_of(simulated);
        if (!closure) continue;
        check_unit_normal(*closure);
        check_coverage(closure->coverage);
    }
}

TEST_CASE("the other experiments' intervals of R_n cover it as often as they say", "[property]") {
    std::uint64_t seed = 10;
    for (const auto* experiment : {"coherent-csi-2017", "coherent-lar-2020", "coherent-ge-2024", "lar-750kg",
                                   "ge-ppc", "csns-csi-cryo"}) {
        INFO(experiment << ", seed " << ++seed);
        const auto closure = closure_of({experiment, {}, seed});
        if (!closure) continue;
        check_coverage(closure->coverage);
    }
}

// Down to the radius' limit of 2 fm, which half of the fits end at, χ² rises by less than 1: every toy is
// covered from below, and the interval holds the truth for all that an upward fluctuation does not exclude.
TEST_CASE("where 3.4 t of NaI cannot tell a small R_n from its limit, intervals cover more than they say",
          "[property]") {
    const auto closure = closure_of({"nai-3t", {}, 15}).value();
    CHECK(closure.at_limit > toys / 3);
    CHECK(std::abs(closure.coverage.value() - below_one_sigma) < 3 * closure.coverage.error());
}

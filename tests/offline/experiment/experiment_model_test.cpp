// What every experiment must satisfy as a model of a fit.
#include <cmath>
#include <filesystem>
#include <numeric>

#include <catch2/catch.hpp>

#include "offline/cevns/kinematics.hpp"
#include "offline/fit/likelihood.hpp"
#include "tests/offline/experiment/experiment_data.hpp"

using namespace spillgate;
using namespace spillgate::offline;
using proto::ErrorKind;

namespace {

// Experiments that need no published file.
const std::vector<std::string> projections{"csns-lar", "csns-lxe", "lar-750kg",
                                           "nai-3t",   "ge-ppc",   "csns-csi-cryo"};

ExperimentModel model_of(const std::string& name, const std::vector<std::string>& changes = {}) {
    return test::model_of(name, changes).value();
}

double sum_of(const std::vector<double>& counts) {
    return std::accumulate(counts.begin(), counts.end(), 0.0);
}

// Derivatives of a model by all its free parameters, and the same numerically from its expectation alone.
void check_derivatives(const ExperimentModel& model) {
    const auto parameters = model.parameters();
    std::vector<std::size_t> wanted;
    auto values = model.starts();
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        if (!parameters[i].free) continue;
        wanted.push_back(i);
        values[i] += 0.3 * std::min(fit::scale_of(parameters[i]), 1e6);
    }
    const auto scratch = model.scratch();
    std::vector<double> analytic(wanted.size() * model.bins()), numeric(model.bins());
    model.derivatives(values, wanted, parameters, *scratch, analytic);
    for (std::size_t k = 0; k < wanted.size(); ++k) {
        const std::vector<std::size_t> one{wanted[k]};
        model.fit::Model::derivatives(values, one, parameters, *scratch, numeric);
        double largest = 0, worst = 0;
        for (std::size_t i = 0; i < numeric.size(); ++i) {
            largest = std::max(largest, std::abs(numeric[i]));
            worst = std::max(worst, std::abs(numeric[i] - analytic[k * numeric.size() + i]));
        }
        INFO(parameters[wanted[k]].name);
        CHECK(worst <= 2e-4 * largest);
    }
}

// ⟨R²ᵏ⟩/(2k + 1)! of Helm's density, a uniform sphere ⊗ a Gaussian: the terms of its expansion are products
// of those of the two.
double helm_term(int k, double rms, double s) {
    const double sphere = std::sqrt((rms * rms - 3 * s * s) * 5 / 3);
    double sum = 0;
    for (int i = 0; i <= k; ++i)
        sum += 3 * std::pow(sphere, 2 * i) / ((2 * i + 3) * std::tgamma(2 * i + 2)) *
               std::pow(s * s / 2, k - i) / std::tgamma(k - i + 1);
    return sum;
}

}  // namespace

TEST_CASE("every experiment of the project can be loaded, and is what its file is called") {
    int files = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator(std::string(SPILLGATE_SOURCE_DIR) + "/config/experiments")) {
        const auto name = entry.path().stem().string();
        CHECK(test::experiment(name).config.name() == name);
        ++files;
    }
    CHECK(files == 12);
}

TEST_CASE("a model's derivatives are those of its expectation, for yields, cross sections, radii and pulls") {
    for (const auto& name : projections) {
        INFO(name);
        for (const auto& free : {"R_n", "cevns", "cross_section_1e-40_cm2", "sin2_theta_w"}) {
            auto model = model_of(name, {"quenching.energy_sigma=0.1"});
            REQUIRE(model.set_free({free}));
            check_derivatives(model);
        }
    }
}

TEST_CASE("the published experiments' derivatives are those of their expectation") {
    const auto data = test::published_data();
    if (data.empty()) return;
    for (const auto& name :
         {"coherent-csi-2021", "coherent-csi-2017", "coherent-lar-2020", "coherent-ge-2024"})
        for (const auto& free : {"R_n", "cevns"}) {
            INFO(name << ' ' << free);
            auto model = test::analysis(name, data).model;
            REQUIRE(model.set_free({free}));
            check_derivatives(model);
        }
}

TEST_CASE("a free yield is the signal's number of events, whatever the pulls make of its shape") {
    auto model = model_of("lar-750kg");
    REQUIRE(model.set_free({"cevns"}));
    auto values = model.starts();
    values[*model.index_of("quenching")] = 0.05;
    values[0] = 1234;
    CHECK(sum_of(model.component("cevns", values)) == Approx(1234));
}

TEST_CASE(
    "the energy's scale and threshold move events as they should: no scale, no change of the sum without a "
    "threshold") {
    const auto open = model_of(
        "csns-lar", {"axes.size={ equal { bins: 50 begin: 0 end: 200 } }", "quenching.energy_sigma=0.1"});
    auto values = open.starts();
    const double all = sum_of(open.component("cevns", values));
    values[*open.index_of("quenching")] = 0.1;
    CHECK(sum_of(open.component("cevns", values)) == Approx(all).epsilon(1e-6));
    // With a threshold at 20 keV a larger scale lifts events over it.
    const auto cut = model_of("csns-lar", {"quenching.energy_sigma=0.1"});
    auto above = cut.starts();
    const double before = sum_of(cut.component("cevns", above));
    above[*cut.index_of("quenching")] = 0.1;
    CHECK(sum_of(cut.component("cevns", above)) > 1.05 * before);
}

TEST_CASE("an element with a quenching of its own adds what it would add alone") {
    const auto events = [](const std::string& change) {
        const auto model = model_of("nai-3t", {change});
        return sum_of(model.component("cevns", model.starts()));
    };
    const auto iodine = [&](const std::string& constant) {
        return events("quenching.element={ element: \"I\" constant: " + constant + " }");
    };
    const double sodium = iodine("0.001");
    CHECK(iodine("0.2") > 2 * sodium);
    // At most 46 keVnr of recoil are 2.3 keVee, and the threshold is at 3.
    CHECK(events("target.mass_kg=3388") > sodium);
    CHECK(events("target.mass_kg=3388") < 1.05 * sodium);
    const auto both = events("quenching={ constant: 0.2 energy_sigma: 0.1 }");
    CHECK(iodine("0.2") == Approx(both).epsilon(1e-12));
}

TEST_CASE("twice the mass, protons or solid angle is twice the signal") {
    const double once = sum_of(model_of("csns-lxe").component("cevns", model_of("csns-lxe").starts()));
    for (const auto& change :
         {"target.mass_kg=2000", "source.pot=2.4622e22", "source.distance_m=7.0710678118654755"}) {
        const auto model = model_of("csns-lxe", {change});
        CHECK(sum_of(model.component("cevns", model.starts())) == Approx(2 * once).epsilon(1e-9));
    }
}

// The expansion's terms fall and alternate, so that what it lacks lies between its next term, q⁸⟨R⁸⟩/9!, and
// that less the one after, q¹⁰⟨R¹⁰⟩/11!.
TEST_CASE("moments of Helm's own density predict what Helm predicts, but for the next terms") {
    const std::vector<std::string> low{"axes.size={ equal { bins: 10 begin: 5 end: 15 } }"};
    auto moments = low;
    moments.push_back("nuclear.form_factor=MOMENTS");
    const auto helm = model_of("csns-lxe", low), expansion = model_of("csns-lxe", moments);
    const auto exact = helm.component("cevns", helm.starts());
    const auto expanded = expansion.component("cevns", expansion.starts());
    const auto form = cevns::FormFactor::make(cevns::HelmForm{1}).value();
    // By how much the rate at a recoil energy falls, in the limits of the terms.
    const auto missing = [&](const char* nuclide, double recoil_kev, bool at_most) {
        const auto xenon = cevns::find_nuclide(nuclide).value();
        const double q = cevns::momentum_transfer_per_fm(recoil_kev, xenon.mass_mev());
        const double next = helm_term(4, 4.8, 1) * std::pow(q, 8),
                     after = helm_term(5, 4.8, 1) * std::pow(q, 10);
        const auto [g_p, same, g_n] = cevns::tree_couplings();
        const double amplitude = -g_n * xenon.n() * form.at(q, 4.8).value -
                                 g_p * xenon.z * form.at(q, xenon.proton_radius_fm()).value;
        const double lost = -g_n * xenon.n() * (at_most ? next : next - after) / amplitude;
        return 1 - (1 - lost) * (1 - lost);
    };
    const auto& edges = helm.axes().size.edges;
    for (std::size_t bin = 0; bin < exact.size(); ++bin) {
        const double lacking = 1 - expanded[bin] / exact[bin];
        CHECK(lacking < missing("Xe136", edges[bin + 1], true));
        CHECK(lacking > missing("Xe124", edges[bin], false));
    }
}

TEST_CASE("unphysical experiments are refused, with what is wrong") {
    const auto refused = [](const std::string& name, const std::vector<std::string>& changes,
                            std::string_view why) {
        const auto path = std::string(SPILLGATE_SOURCE_DIR) + "/config/experiments/" + name + ".txtpb";
        const auto loaded = load_experiment(path, changes);
        std::string message = loaded ? std::string() : loaded.error().message;
        if (loaded) {
            const auto model =
                ExperimentModel::make(*loaded, DataFolder({}, loaded->config.data()), std::nullopt);
            REQUIRE_FALSE(model.has_value());
            message = model.error().message;
        }
        INFO(message);
        CHECK(message.find(why) != std::string::npos);
    };
    refused("csns-lar", {"target.mass_kg=-1"}, "mass_kg is -1");
    refused("csns-lar", {"target.material=Unobtainium"}, "Unobtainium");
    refused("csns-lar", {"target.mass=1"}, "has no 'mass'; it has mass_kg, material");
    refused("csns-lar", {"quenching.constant=0.2"}, "quenching has no model here");
    refused("nai-3t", {"quenching.element={ element: \"Cs\" constant: 0.1 }"}, "Cs, which is not in NaI");
    refused("nai-3t", {"quenching.element={ element: \"I127\" constant: 0.1 }"}, "I127, which is not");
    refused("csns-lar", {"nuclear.radius={ nuclide: \"Ar\" neutron_rms_fm: 1.5 }"}, "1.5");
    refused("csns-lar", {"nuclear.radius={ nuclide: \"Cs\" neutron_rms_fm: 5 }"}, "Cs");
    refused("lar-750kg", {"response.efficiency.threshold.above=1.2"}, "above is 1.2");
    refused("lar-750kg", {"background.brn.name=ssb"}, "'ssb' is the name of another parameter");
    refused("lar-750kg", {"background.nin.events=3"}, "no background is 'nin'; there are ssb, brn");
    refused("lar-750kg", {"axes.size={ edge: [5, 4] }"}, "each above the one before");
    refused("lar-750kg", {"nothing"}, "no '='");
    refused("coherent-csi-2021", {}, "--data");
    const auto missing = test::experiment("coherent-csi-2021");
    const auto absent = DataFolder("/nowhere", missing.config.data()).find("brnPE.txt");
    REQUIRE_FALSE(absent.has_value());
    CHECK(absent.error().kind == ErrorKind::NOT_FOUND);
    CHECK(absent.error().message.find("arXiv:2110.07730") != std::string::npos);
}

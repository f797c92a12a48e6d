// Experiments whose form factors come from tables.
#include <cmath>
#include <filesystem>
#include <fstream>
#include <numeric>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "offline/experiment/experiment_model.hpp"
#include "tests/offline/experiment/experiment_data.hpp"
#include "tests/offline/verbs/run_program.hpp"

using namespace spillgate;
using namespace spillgate::offline;

namespace {

const std::string tabulated = "nuclear.form_factor=TABULATED";

const cevns::FormFactor& helm() {
    static const auto form = cevns::FormFactor::make(cevns::HelmForm{}).value();
    return form;
}

// F(q) of Helm's density up to q_end fm⁻¹, six digits as tables have them.
void write_form_factor(const std::string& path, double rms_fm, double q_end = 1) {
    std::ofstream file(path);
    file << "# q in 1/fm, F\n";
    for (int i = 0; i <= 200; ++i) {
        const double q = q_end * i / 200;
        file << fmt::format("{:.6f} {:.6f}\n", q, i == 0 ? 1 : helm().at(q, rms_fm).value);
    }
}

// Helm's density, a ball of R₀ smeared with a Gaussian of s, integrated over the ball: equation of R.H. Helm,
// Phys. Rev. 104 (1956) 1466, in closed form.
void write_density(const std::string& path, double rms_fm, double s = 0.9) {
    const double ball = std::sqrt(5. / 3 * (rms_fm * rms_fm - 3 * s * s));
    std::ofstream file(path);
    file << "# r in fm, density\n";
    for (int i = 1; i <= 1500; ++i) {
        const double r = 0.01 * i;
        const double minus = (ball - r) / (std::sqrt(2) * s), plus = (ball + r) / (std::sqrt(2) * s);
        const double rho =
            0.5 * (std::erf(plus) + std::erf(minus)) +
            s / (std::sqrt(2 * M_PI) * r) * (std::exp(-plus * plus) - std::exp(-minus * minus));
        file << fmt::format("{:.3f} {:.9e}\n", r, std::max(rho, 0.0));
    }
}

proto::Result<ExperimentModel> make(const std::string& name, const std::vector<std::string>& changes,
                                    const std::string& data) {
    const auto path = std::string(SPILLGATE_SOURCE_DIR) + "/config/experiments/" + name + ".txtpb";
    auto all = changes;
    all.emplace_back("nuclear.surface_thickness_fm=0.9");  // that of the tables
    const auto loaded = load_experiment(path, all);
    if (!loaded) return loaded.error();
    return ExperimentModel::make(*loaded, DataFolder(data, loaded->config.data()), std::nullopt);
}

std::vector<double> signal(const proto::Result<ExperimentModel>& model) {
    INFO((model ? std::string() : model.error().message));
    REQUIRE(model.has_value());
    return model->component("cevns", model->starts());
}

std::string refusal(const proto::Result<ExperimentModel>& model) {
    REQUIRE_FALSE(model.has_value());
    CHECK(model.error().kind == proto::ErrorKind::CONFIG);
    return model.error().message;
}

}  // namespace

TEST_CASE("tables of Helm's form factor and density predict what Helm predicts") {
    const testing::TestDirectory directory;
    const double cs = 4.9, iodine = 4.846, argon = 3.405;
    write_form_factor(directory.path("cs.txt"), cs);
    write_density(directory.path("i.txt"), iodine);
    write_density(directory.path("ar.txt"), argon);
    const auto compare = [&](const std::string& name, const std::vector<std::string>& usual,
                             const std::vector<std::string>& changes) {
        const auto expected = signal(make(name, usual, {}));
        const auto table = signal(make(name, changes, directory.path()));
        const double all = std::accumulate(expected.begin(), expected.end(), 0.0);
        CHECK(std::accumulate(table.begin(), table.end(), 0.0) == Approx(all).epsilon(1e-4));
        for (std::size_t i = 0; i < expected.size(); ++i)
            CHECK(table[i] == Approx(expected[i]).epsilon(1e-3).margin(1e-6 * all));
    };
    compare("csns-csi-cryo", {},
            {tabulated,
             "nuclear.table=[{ nuclide: \"Cs133\" neutron_form_factor { file: \"cs.txt\" } }, "
             "{ nuclide: \"I\" neutron_density { file: \"i.txt\" } }]"});
    compare("csns-lar", {"nuclear.radius={ nuclide: \"Ar\" neutron_rms_fm: 3.405 }"},
            {tabulated, "nuclear.table={ nuclide: \"Ar\" neutron_density { file: \"ar.txt\" } }"});
}

TEST_CASE("a table may be of the protons, too, and knows its radius") {
    const testing::TestDirectory directory;
    write_form_factor(directory.path("n.txt"), 3.405);
    write_density(directory.path("p.txt"), 3.2);
    const auto model = make("csns-lar",
                            {tabulated,
                             "nuclear.table={ nuclide: \"Ar\" neutron_form_factor { file: \"n.txt\" } "
                             "proton_density { file: \"p.txt\" } }"},
                            directory.path());
    const auto other =
        make("csns-lar", {"nuclear.radius={ nuclide: \"Ar\" neutron_rms_fm: 3.405 proton_rms_fm: 3.2 }"}, {});
    const auto expected = signal(other), table = signal(model);
    for (std::size_t i = 0; i < expected.size(); ++i)
        CHECK(table[i] == Approx(expected[i]).epsilon(1e-4));
    for (const auto& isotope : model->signal().isotopes()) {
        CHECK(isotope.neutron_rms_fm == Approx(3.405).epsilon(1e-3));
        CHECK(isotope.proton_rms_fm == Approx(3.2).epsilon(1e-3));
    }
}

TEST_CASE("a table has no free radius, what else is free stays so") {
    const testing::TestDirectory directory;
    write_density(directory.path("ar.txt"), 3.405);
    auto model = make("csns-lar",
                      {tabulated, "nuclear.table={ nuclide: \"Ar\" neutron_density { file: \"ar.txt\" } }"},
                      directory.path());
    REQUIRE(model.has_value());
    for (const auto* name : {"R_n", "R_n_Ar"}) {
        const auto status = model->set_free({name});
        REQUIRE_FALSE(status.has_value());
        CHECK(status.error().message.find("a tabulated form factor has no free radius") != std::string::npos);
    }
    CHECK(model->set_free({"cevns", "sin2_theta_w"}).has_value());
}

TEST_CASE("tables that are missing, too short or no form factors are refused, with what is wrong") {
    const testing::TestDirectory directory;
    write_density(directory.path("ar.txt"), 3.405);
    write_form_factor(directory.path("short.txt"), 3.405, 0.2);
    std::ofstream(directory.path("half.txt")) << "0 0.5\n0.1 0.4\n0.2 0.3\n0.3 0.2\n1 0.1\n";
    std::ofstream(directory.path("rising.txt")) << "0 1\n0.1 1\n0.2 1\n0.3 1\n1 1\n";
    std::ofstream(directory.path("negative.txt")) << "0 1\n1 -1\n5 0\n";
    const auto with = [&](const std::string& table) {
        return refusal(make("csns-lar", {tabulated, "nuclear.table={ " + table + " }"}, directory.path()));
    };
    const auto has = [](const std::string& message, std::string_view part) {
        INFO(message);
        CHECK(message.find(part) != std::string::npos);
    };
    has(refusal(make("csns-lar", {tabulated}, directory.path())), "nuclear.table has none for Ar36");
    has(with("nuclide: \"Ar40\" neutron_density { file: \"ar.txt\" }"), "none for Ar36");
    has(with("nuclide: \"Xe\" neutron_density { file: \"ar.txt\" }"), "a table is given for Xe");
    has(with("nuclide: \"Ar\""), "neither neutron_form_factor nor neutron_density");
    has(with("nuclide: \"Ar\" neutron_form_factor { file: \"short.txt\" }"), "ends at q = 0.2000");
    has(with("nuclide: \"Ar\" neutron_form_factor { file: \"half.txt\" }"), "begins with 0.5");
    has(with("nuclide: \"Ar\" neutron_form_factor { file: \"rising.txt\" }"), "it must be positive");
    has(with("nuclide: \"Ar\" neutron_density { file: \"negative.txt\" }"), "nowhere be negative");
    has(refusal(
            make("csns-lar", {"nuclear.table={ nuclide: \"Ar\" neutron_density { file: \"ar.txt\" } }"}, {})),
        "tables are for form_factor: TABULATED");
    has(refusal(make("csns-lar",
                     {tabulated, "nuclear.radius={ nuclide: \"Ar\" neutron_rms_fm: 3.4 }",
                      "nuclear.table={ nuclide: \"Ar\" neutron_density { file: \"ar.txt\" } }"},
                     directory.path())),
        "the tables have the neutrons' radius");
    const auto absent =
        make("csns-lar", {tabulated, "nuclear.table={ nuclide: \"Ar\" neutron_density { file: \"none\" } }"},
             directory.path());
    REQUIRE_FALSE(absent.has_value());
    CHECK(absent.error().kind == proto::ErrorKind::NOT_FOUND);
}

TEST_CASE("a table is found beside the experiment's file") {
    const testing::TestDirectory directory;
    write_density(directory.path("ar.txt"), 3.405);
    std::filesystem::copy_file(std::string(SPILLGATE_SOURCE_DIR) + "/config/experiments/csns-lar.txtpb",
                               directory.path("own.txtpb"));
    const auto run = testing::run_program(
        {"predict", "--experiment", directory.path("own.txtpb"), "--set", tabulated, "--set",
         "nuclear.table={ nuclide: \"Ar\" neutron_density { file: \"ar.txt\" } }"});
    INFO(run.err);
    CHECK(run.status == 0);
    const auto free = testing::run_program(
        {"fit", "--asimov", "--free", "R_n", "--experiment", directory.path("own.txtpb"), "--set", tabulated,
         "--set", "nuclear.table={ nuclide: \"Ar\" neutron_density { file: \"ar.txt\" } }"});
    CHECK(free.status == 2);
    CHECK(free.err.find("no free radius") != std::string::npos);
}

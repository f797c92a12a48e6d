#include <filesystem>
#include <iostream>
#include <numeric>

#include <catch2/catch.hpp>

#include "offline/cevns/arrival_time.hpp"
#include "offline/cevns/recoil_spectrum.hpp"
#include "offline/cevns/size_response.hpp"
#include "offline/cevns/text_table.hpp"
#include "tests/offline/cevns/csi_response.hpp"

using namespace spillgate::offline::cevns;

namespace {

// A published file beside the checkout (../shared/data/coherent), empty with a printed SKIPPED line if it is
// not.
std::string published(const std::string& name) {
    const auto path =
        std::filesystem::path(SPILLGATE_SOURCE_DIR) / ".." / "shared" / "data" / "coherent" / name;
    if (std::filesystem::exists(path)) return path.string();
    std::cout << "SKIPPED: " << name << " is not there (../shared/data/coherent)\n";
    return {};
}

struct Classes {
    double prompt = 0, delayed = 0;
};

// Events per class with the response of 2021 in bins of size, before any cut on time.
Classes csi_2021_events() {
    const SourceIntensity source{0.0848, 19.3};
    const double fluence = source.per_cm2(3.198e23);
    const auto quenching = Quenching::make(test::csi_quenching(), 60).value();
    const auto response =
        SizeResponse::make(GammaPhotoelectrons{}, Efficiency::make(test::csi_efficiency()).value(),
                           std::vector<double>{0, 8, 12, 16, 20, 24, 28, 32, 40, 50, 60}, 8)
            .value();
    Classes out;
    for (const auto& target : target_nuclides(find_material("CsI").value(), 14.6).value()) {
        const auto model = default_nuclear_model(target.nuclide);
        const auto spectrum = RecoilSpectrum::make(model, NeutrinoFlux(), target.nuclei * fluence).value();
        auto rates = spectrum.room();
        REQUIRE(spectrum.evaluate(corrected_couplings(), model.neutron_rms_fm, rates).has_value());
        std::vector<ElectronEquivalent> energies(spectrum.grid().size());
        quenching.fill(spectrum.grid().recoil_kev(), {}, energies);
        auto rows = response.room(energies.size());
        REQUIRE(response.rows(energies, rows).has_value());
        const auto seen = [&](std::span<const double> per_kev) {
            std::vector<double> counts(per_kev.begin(), per_kev.end()), bins(response.bins());
            for (std::size_t i = 0; i < counts.size(); ++i)
                counts[i] *= spectrum.grid().weight_kev()[i];
            fold_into_bins(rows.probability, counts, bins);
            return std::accumulate(bins.begin(), bins.end(), 0.0);
        };
        out.prompt += seen(rates.of(Flavour::NU_MU));
        out.delayed += seen(rates.delayed_per_kev);
    }
    return out;
}

const TimeEfficiency efficiency_2021{520, 0.0494e-3};

}  // namespace

TEST_CASE("the CsI[Na] detector of 2021 is predicted to see what its collaboration predicts") {
    // Published: 341 in all. A Gaussian stands for the pulse; what time takes away hardly depends on it.
    const auto events = csi_2021_events();
    const auto pulse = ProtonPulse::gaussian(450, 145);
    const auto seen = [&](const ArrivalTime& time) {
        return time.integral(0, 6000, 0, efficiency_2021).value;
    };
    const double prompt = events.prompt * seen(ArrivalTime::prompt(pulse).value());
    const double delayed = events.delayed * seen(ArrivalTime::delayed(pulse).value());
    CHECK(prompt == Approx(53.0).epsilon(0.01));
    CHECK(delayed == Approx(289.7).epsilon(0.01));
    CHECK(prompt + delayed == Approx(341).epsilon(0.02));
}

TEST_CASE("with the published time of prompt neutrinos the prediction is the reference", "[integration]") {
    const auto path = published("sns_flux/snsFlux2D_timing_digest.csv");
    if (path.empty()) return;
    const auto table = read_text_table(path, 2).value();
    TabulatedPulse shape{table.columns[0], table.columns[1]};
    for (auto& time : shape.time_ns)
        time *= 1000;
    shape = without_efficiency(shape, efficiency_2021);
    const auto prompt_time = ArrivalTime::make({shape, {{}}}, {}).value();
    const auto delayed_time = ArrivalTime::delayed_of_prompt(shape).value();
    const auto events = csi_2021_events();
    const double prompt = events.prompt * prompt_time.integral(0, 6000, 0, efficiency_2021).value;
    const double delayed = events.delayed * delayed_time.integral(0, 6000, 0, efficiency_2021).value;
    CHECK(prompt == Approx(53.0).epsilon(5e-3));
    CHECK(delayed == Approx(289.7).epsilon(5e-3));
}

TEST_CASE("published fluxes of the spallation source stand for pions that decay at rest", "[integration]") {
    const std::pair<Flavour, const char*> files[] = {
        {Flavour::NU_MU, "sns_flux/nuEnergyAndTime_keNuMu.csv"},
        {Flavour::NU_E, "sns_flux/nuEnergyAndTime_keNuE.csv"},
        {Flavour::ANTI_NU_MU, "sns_flux/nuEnergyAndTime_keAntiNuMu.csv"}};
    const auto caesium = default_nuclear_model(find_nuclide("Cs133").value());
    for (const auto& [flavour, name] : files) {
        const auto path = published(name);
        if (path.empty()) return;
        const auto simulated = energy_spectrum_from_columns(read_text_table(path, 2).value()).value();
        CHECK(simulated.above(0).i0 == Approx(1));
        CHECK(simulated.mean_mev() ==
              Approx(EnergySpectrum::decay_at_rest(flavour).mean_mev()).epsilon(0.05));
        CHECK(averaged_cross_section_cm2(caesium, tree_couplings(), flavour, simulated) ==
              Approx(averaged_cross_section_cm2(caesium, tree_couplings(), flavour,
                                                EnergySpectrum::decay_at_rest(flavour)))
                  .epsilon(0.05));
    }
}

#include "offline/cevns/nuclide.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "offline/cevns/constants.hpp"

namespace spillgate::offline::cevns {

namespace {

// Spins: P. Klos et al., Phys. Rev. D 88 (2013) 083516 (Na, Ge, I, Xe); V.A. Bednyakov and F. Šimkovic, Phys.
// Part. Nucl. 36 (2005) 131 (Cs, interacting bosons and fermions). Argon 36 and 38 have no neutron radius of
// their own in the literature followed: they take their protons', and are 0.4 % of argon.
constexpr std::array known_nuclides{
    Nuclide{"Na23", 11, 23, 22.989769282, 2.9936, 2.90, NuclearSpin{1.5, 0.224, 0.024}},
    Nuclide{"Ar36", 18, 36, 35.967545105, 3.3905, 3.297},
    Nuclide{"Ar38", 18, 38, 37.962732102, 3.4028, 3.312},
    Nuclide{"Ar40", 18, 40, 39.962383122, 3.4274, 3.405},
    Nuclide{"Ge70", 32, 70, 69.924248542, 4.0414, 4.00},
    Nuclide{"Ge72", 32, 72, 71.922075824, 4.0576, 4.05},
    Nuclide{"Ge73", 32, 73, 72.923458954, 4.0632, 4.06, NuclearSpin{4.5, 0.031, 0.439}},
    Nuclide{"Ge74", 32, 74, 73.921177760, 4.0742, 4.08},
    Nuclide{"Ge76", 32, 76, 75.921402725, 4.0811, 4.12},
    Nuclide{"I127", 53, 127, 126.904472600, 4.7500, 4.846, NuclearSpin{2.5, 0.342, 0.031}},
    Nuclide{"Xe124", 54, 124, 123.905885174, 4.7661, 4.80},
    Nuclide{"Xe126", 54, 126, 125.904297422, 4.7722, 4.80},
    Nuclide{"Xe128", 54, 128, 127.903530753, 4.7774, 4.80},
    Nuclide{"Xe129", 54, 129, 128.904780857, 4.7775, 4.80, NuclearSpin{0.5, 0.010, 0.329}},
    Nuclide{"Xe130", 54, 130, 129.903509346, 4.7818, 4.80},
    Nuclide{"Xe131", 54, 131, 130.905084128, 4.7808, 4.80, NuclearSpin{1.5, -0.009, -0.272}},
    Nuclide{"Xe132", 54, 132, 131.904155083, 4.7859, 4.80},
    Nuclide{"Xe134", 54, 134, 133.905393030, 4.7899, 4.80},
    Nuclide{"Xe136", 54, 136, 135.907214474, 4.7964, 4.80},
    Nuclide{"Cs133", 55, 133, 132.905451958, 4.8041, 4.90, NuclearSpin{3.5, -0.370, 0.003}},
    // PREX: S. Abrahamyan et al., Phys. Rev. Lett. 108 (2012) 112502.
    Nuclide{"Pb208", 82, 208, 207.976652005, 5.5012, 5.78},
};

struct Share {
    std::string_view nuclide;
    double per_formula = 0;
};

struct KnownMaterial {
    std::string_view name, other_name;
    std::vector<Share> shares;
};

std::span<const KnownMaterial> known_materials() {
    static const std::vector<KnownMaterial> materials{
        {"Ar", "LAr", {{"Ar36", 0.003336}, {"Ar38", 0.000629}, {"Ar40", 0.996035}}},
        {"Ge",
         "HPGe",
         {{"Ge70", 0.2052}, {"Ge72", 0.2745}, {"Ge73", 0.0776}, {"Ge74", 0.3652}, {"Ge76", 0.0775}}},
        {"Xe",
         "LXe",
         {{"Xe124", 0.000952},
          {"Xe126", 0.000890},
          {"Xe128", 0.019102},
          {"Xe129", 0.264006},
          {"Xe130", 0.040710},
          {"Xe131", 0.212324},
          {"Xe132", 0.269086},
          {"Xe134", 0.104357},
          {"Xe136", 0.088573}}},
        {"CsI", "CsI[Na]", {{"Cs133", 1}, {"I127", 1}}},
        {"NaI", "NaI[Tl]", {{"Na23", 1}, {"I127", 1}}},
    };
    return materials;
}

}  // namespace

double Nuclide::mass_mev() const {
    return atomic_mass_u * atomic_mass_unit_mev - z * electron_mass_mev;
}

double Nuclide::proton_radius_fm() const {
    return std::sqrt(charge_radius_fm * charge_radius_fm - proton_charge_radius_fm * proton_charge_radius_fm +
                     minus_neutron_charge_radius_squared_fm2 * n() / z - darwin_foldy_fm2);
}

std::span<const Nuclide> nuclides() {
    return known_nuclides;
}

proto::Result<Nuclide> find_nuclide(std::string_view name) {
    const auto* found = std::ranges::find(known_nuclides, name, &Nuclide::name);
    if (found != known_nuclides.end()) return *found;
    std::vector<std::string_view> names(known_nuclides.size());
    std::ranges::transform(known_nuclides, names.begin(), &Nuclide::name);
    return proto::error(proto::ErrorKind::NOT_FOUND,
                        fmt::format("no nuclide '{}'; there are {}", name, fmt::join(names, ", ")));
}

double Material::formula_mass_u() const {
    double mass_u = 0;
    for (const auto& part : constituents)
        mass_u += part.per_formula * part.nuclide.atomic_mass_u;
    return mass_u;
}

proto::Result<Material> find_material(std::string_view name) {
    std::vector<std::string_view> names;
    for (const auto& known : known_materials()) {
        names.insert(names.end(), {known.name, known.other_name});
        if (name != known.name && name != known.other_name) continue;
        Material material{known.name, {}};
        for (const auto& share : known.shares)
            material.constituents.push_back({find_nuclide(share.nuclide).value(), share.per_formula});
        return material;
    }
    return proto::error(proto::ErrorKind::NOT_FOUND,
                        fmt::format("no material '{}'; there are {}", name, fmt::join(names, ", ")));
}

proto::Result<std::vector<TargetNuclide>> target_nuclides(const Material& material, double mass_kg) {
    if (!(mass_kg > 0) || !std::isfinite(mass_kg))
        return proto::error(proto::ErrorKind::CONFIG,
                            fmt::format("a target of {} kg; its mass must be positive", mass_kg));
    const double formulas = mass_kg * 1000 / material.formula_mass_u() * avogadro_per_mol;
    std::vector<TargetNuclide> targets;
    targets.reserve(material.constituents.size());
    for (const auto& part : material.constituents)
        targets.push_back({part.nuclide, formulas * part.per_formula});
    return targets;
}

}  // namespace spillgate::offline::cevns

#include "offline/cevns/electron_neutrino_deuteron.hpp"

#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include <boost/math/interpolators/makima.hpp>
#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <fmt/format.h>

#include "offline/cevns/constants.hpp"

namespace spillgate::offline::cevns {

namespace {

// 2 m_p + m_e − m_d.
constexpr double threshold_mev = 1.442;
constexpr double deuterium_mass_u = 2.01410177784, hydrogen_mass_u = 1.00782503190, oxygen_mass_u = 15.9994;

struct Point {
    double energy_mev, e42_cm2;
};

// Of the charged current, thinned out: every MeV up to 20, every 2 up to 30, every 5 above.
constexpr std::array table{
    Point{2, 3.670e-3}, Point{3, 4.712e-2}, Point{4, 0.1569},  Point{5, 0.3463},  Point{6, 0.6236},
    Point{7, 0.9946},   Point{8, 1.464},    Point{9, 2.034},   Point{10, 2.708},  Point{11, 3.489},
    Point{12, 4.379},   Point{13, 5.380},   Point{14, 6.495},  Point{15, 7.724},  Point{16, 9.071},
    Point{17, 10.54},   Point{18, 12.12},   Point{19, 13.83},  Point{20, 15.67},  Point{22, 19.72},
    Point{24, 24.29},   Point{26, 29.41},   Point{28, 35.07},  Point{30, 41.30},  Point{35, 59.44},
    Point{40, 81.41},   Point{45, 107.4},   Point{50, 137.6},  Point{55, 172.1},  Point{60, 210.9},
    Point{65, 254.3},   Point{70, 302.2},   Point{75, 354.6},  Point{80, 411.5},  Point{85, 472.9},
    Point{90, 538.8},   Point{95, 609.0},   Point{100, 683.6}, Point{105, 762.6}, Point{110, 845.6},
    Point{115, 932.4},  Point{120, 1023.},  Point{125, 1118.}, Point{130, 1216.}, Point{135, 1317.},
    Point{140, 1422.},  Point{145, 1530.},  Point{150, 1641.}, Point{155, 1755.}, Point{160, 1872.},
    Point{165, 1991.},  Point{170, 2113.},
};

// σ/(E − threshold)² varies slowly where σ itself spans six orders of magnitude.
double reduced_e42_cm2(double energy_mev) {
    using Curve = boost::math::interpolators::makima<std::vector<double>>;
    static const Curve curve = [] {
        std::vector<double> energy, reduced;
        for (const auto& point : table) {
            const double above = point.energy_mev - threshold_mev;
            energy.push_back(point.energy_mev);
            reduced.push_back(point.e42_cm2 / (above * above));
        }
        return Curve(std::move(energy), std::move(reduced));
    }();
    return curve(energy_mev);
}

double total_cm2(double energy_mev) {
    const double above = energy_mev - threshold_mev;
    if (!(above > 0)) return 0;
    // Below the first point phase space closes faster than (E − threshold)²; a line to 0 is of no
    // consequence.
    const double first = table.front().energy_mev;
    const double reduced = energy_mev < first ? reduced_e42_cm2(first) * above / (first - threshold_mev)
                                              : reduced_e42_cm2(energy_mev);
    return reduced * above * above * 1e-42;
}

proto::Status in_table(double energy_mev) {
    const double end = table.back().energy_mev;
    if (energy_mev <= end) return {};
    return proto::error(proto::ErrorKind::CONFIG,
                        fmt::format("the cross section of ν_e on deuterons is known up to {} "
                                    "MeV; asked for: {} MeV",
                                    end, energy_mev));
}

}  // namespace

proto::Result<double> electron_neutrino_deuteron_cm2(double energy_mev) {
    if (const auto ok = in_table(energy_mev); !ok) return ok.error();
    return total_cm2(energy_mev);
}

proto::Result<double> averaged_electron_neutrino_deuteron_cm2(const EnergySpectrum& spectrum) {
    if (const auto ok = in_table(spectrum.end_mev()); !ok) return ok.error();
    return spectrum.average([](double energy_mev) { return total_cm2(energy_mev); });
}

double deuterons(double d2o_mass_kg, double deuterium_fraction) {
    const double hydrogen_u =
        deuterium_fraction * deuterium_mass_u + (1 - deuterium_fraction) * hydrogen_mass_u;
    return d2o_mass_kg * 1000 / (2 * hydrogen_u + oxygen_mass_u) * avogadro_per_mol * 2 * deuterium_fraction;
}

proto::Result<double> electron_neutrino_deuteron_events(double d2o_mass_kg, double nu_e_per_cm2,
                                                        const EnergySpectrum& spectrum,
                                                        double deuterium_fraction) {
    if (!(d2o_mass_kg > 0 && nu_e_per_cm2 > 0 && deuterium_fraction > 0 && deuterium_fraction <= 1) ||
        !std::isfinite(d2o_mass_kg * nu_e_per_cm2))
        return proto::error(
            proto::ErrorKind::CONFIG,
            fmt::format("{} kg of D₂O, {} ν_e/cm², a deuterium fraction of {}; all must be positive, and "
                        "the fraction at most 1",
                        d2o_mass_kg, nu_e_per_cm2, deuterium_fraction));
    const auto average = averaged_electron_neutrino_deuteron_cm2(spectrum);
    if (!average) return average.error();
    return deuterons(d2o_mass_kg, deuterium_fraction) * nu_e_per_cm2 * *average;
}

}  // namespace spillgate::offline::cevns

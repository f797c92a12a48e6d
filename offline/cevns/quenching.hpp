// Quenching: the electron-equivalent energy E_ee of a nuclear recoil T. Both in keV.
#pragma once

#include <array>
#include <span>
#include <variant>
#include <vector>

#include "offline/cevns/nuclide.hpp"
#include "offline/cevns/pull.hpp"
#include "proto/result.hpp"

namespace spillgate::offline::cevns {

// E_ee = f·T. 1 leaves recoil energies as they are.
struct ConstantQuenching {
    double factor = 1;
};
// E_ee = (f + s·T)·T. CENNS-10 (arXiv:2003.10630): 0.246 + 0.00078/keV·T.
struct LinearQuenching {
    double factor = 0;
    double slope_per_kev = 0;
};
// E_ee = aT + bT² + cT³ + dT⁴ with both energies in MeV, and two principal components of its uncertainty, as
// the scintillation response of CsI[Na] is published (arXiv:2110.07730): a, b, c, d of each.
struct PolynomialQuenching {
    using Coefficients = std::array<double, 4>;
    Coefficients nominal{};
    struct Component {
        Coefficients plus{}, minus{};
    };
    std::array<Component, 2> components{};
};
// E_ee = T·k g(ε)/(1 + k g(ε)), ε = 11.5 Z^(−7/3) T, g = 3ε^0.15 + 0.7ε^0.6 + ε: J. Lindhard et al., Mat.
// Fys. Medd. Dan. Vid. Selsk. 33 (1963) 10, in the form of J.D. Lewin and P.F. Smith, Astropart. Phys. 6
// (1996) 87.
struct LindhardQuenching {
    int z = 0;
    double k = 0;
};

using QuenchingModel =
    std::variant<ConstantQuenching, LinearQuenching, PolynomialQuenching, LindhardQuenching>;

// Lindhard's own k: 0.133 Z^(2/3) A^(−1/2).
double lindhard_k(const Nuclide& nuclide);

struct QuenchingPulls {
    double scale = 0;                        // η: E_obs = E(1 + η)
    std::array<double, 2> components{0, 0};  // of a polynomial, in standard deviations
};

struct ElectronEquivalent {
    double ee_kev = 0;
    double by_recoil = 0;     // ∂E_ee/∂T
    double by_scale_kev = 0;  // ∂E_ee/∂η
    std::array<double, 2> by_component_kev{0, 0};
};

class Quenching {
  public:
    // For recoils from 0 to `end_kev`. Errors: CONFIG for factors that are not positive, and as check().
    static proto::Result<Quenching> make(QuenchingModel model, double end_kev);

    // Whether E_ee rises with T and is not negative, up to the end, with these pulls: elsewhere an observed
    // energy would not tell the recoil's. Errors: CONFIG, with the recoil energy where it fails.
    proto::Status check(const QuenchingPulls& pulls) const;

    ElectronEquivalent at(double recoil_kev, const QuenchingPulls& pulls = {}) const;
    // Of a list of recoils; `out` is as long. Allocates nothing.
    void fill(std::span<const double> recoil_kev, const QuenchingPulls& pulls,
              std::span<ElectronEquivalent> out) const;
    // The recoil that looks like this energy; 0 below 0, `end` above what the range reaches. By bisection, to
    // 1e-12.
    double recoil_kev(double ee_kev, const QuenchingPulls& pulls = {}) const;

    double end_kev() const { return end_kev_; }

  private:
    Quenching(QuenchingModel model, double end_kev) : model_(model), end_kev_(end_kev) {}
    QuenchingModel model_;
    double end_kev_ = 0;
};

}  // namespace spillgate::offline::cevns

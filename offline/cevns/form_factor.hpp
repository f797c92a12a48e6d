// Form factors of a nucleus' protons or neutrons, in terms of their rms radius.
#pragma once

#include <span>
#include <variant>
#include <vector>

#include "offline/cevns/tabulated_form_factor.hpp"
#include "proto/result.hpp"

namespace spillgate::offline::cevns {

// ⟨R²⟩, ⟨R⁴⟩, ⟨R⁶⟩ of a density, in fm², fm⁴, fm⁶.
struct RadialMoments {
    double r2 = 0, r4 = 0, r6 = 0;
};

struct UnityForm {};
// A uniform sphere ⊗ a Gaussian of width s: R.H. Helm, Phys. Rev. 104 (1956) 1466.
// F = 3j₁(qR₀)/(qR₀)·exp(−q²s²/2), R² = 3/5 R₀² + 3s².
struct HelmForm {
    double skin_fm = 0.9;
};
// ρ ∝ sinh(c/a)/(cosh(r/a) + cosh(c/a)): D.W.L. Sprung and J. Martorell, J. Phys. A 30 (1997) 6525, with its
// exact transform. R² = 3/5 c² + 7/5 (πa)².
struct SymmetrisedFermiForm {
    double diffuseness_fm = 0.523;
};
// A uniform sphere ⊗ a Yukawa of range a: S. Klein and J. Nystrand, Phys. Rev. C 60 (1999) 014903.
// F = 3j₁(qR_A)/(qR_A)/(1 + q²a²), R² = 3/5 R_A² + 6a².
struct KleinNystrandForm {
    double range_fm = 0.7;
};
// F = 1 − ⟨R²⟩q²/3! + ⟨R⁴⟩q⁴/5! − ⟨R⁶⟩q⁶/7!: K. Patton et al., Phys. Rev. C 86 (2012) 024612. ⟨R²⟩ is the
// square of the rms radius; the two others stand by themselves.
struct MomentsForm {
    double r4_fm4 = 0, r6_fm6 = 0;
};

using FormFactorModel = std::variant<UnityForm, HelmForm, SymmetrisedFermiForm, KleinNystrandForm,
                                     MomentsForm, TabulatedFormFactor>;

struct FormFactorValue {
    double value = 0;
    double derivative_per_fm = 0;  // ∂F/∂R at fixed q and fixed surface
};

// One model; the radius is an argument, so that a fit can move it. Cheap to copy (a table is shared).
class FormFactor {
  public:
    // Errors: CONFIG for a surface or moments that are negative or not finite.
    static proto::Result<FormFactor> make(FormFactorModel model);
    FormFactor() = default;  // unity

    // Whether the model has a density of this radius, up to q_max (0: any q). Errors: CONFIG, in words, for a
    // radius that is not positive, that the surface alone exceeds (Helm: R² ≤ 3s²), or that needs more than
    // the table has.
    proto::Status check(double rms_fm, double q_max_per_fm = 0) const;

    // At q ≥ 0 in fm⁻¹, for a radius that passed check(). F(0) = 1; small q by the series in moments.
    FormFactorValue at(double q_per_fm, double rms_fm) const;
    // The same for a list of q. `out` is as long.
    void fill(std::span<const double> q_per_fm, double rms_fm, std::span<FormFactorValue> out) const;
    // ⟨R²⟩, ⟨R⁴⟩, ⟨R⁶⟩ of the model's density; unity's are 0.
    RadialMoments moments(double rms_fm) const;

    const FormFactorModel& model() const { return model_; }

  private:
    explicit FormFactor(FormFactorModel model) : model_(std::move(model)) {}
    FormFactorModel model_;
};

// ∂F/∂⟨R⁴⟩ = q⁴/5! and ∂F/∂⟨R⁶⟩ = −q⁶/7! of the expansion.
double moment4_derivative_per_fm4(double q_per_fm);
double moment6_derivative_per_fm6(double q_per_fm);

}  // namespace spillgate::offline::cevns

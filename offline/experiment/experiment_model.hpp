// An experiment as a fit sees it: expected counts in every bin as a function of its parameters.
//
// Parameters, in this order: `cevns` (events; free: takes the place of the predicted number, whatever the
// pulls make of that), `cross_section_1e-40_cm2` (⟨σ⟩ per nucleus over the three flavours; free: scales the
// prediction, whose radii are then held), `R_n` (fm, of all nuclides or of nuclear.fitted_element),
// `R_n_<element>`, `R4`, `R6` (⟨R⁴⟩^¼, ⟨R⁶⟩^⅙ of the moment expansion, fm), `sin2_theta_w`; the pulls `flux`,
// `efficiency_scale` (both 1 ± σ), `quenching` (η), `quenching_1`, `quenching_2`, `efficiency` (standard
// deviations); `onset_ns`; and the backgrounds by name (events).
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "offline/experiment/arrival_fractions.hpp"
#include "offline/experiment/background_shape.hpp"
#include "offline/experiment/experiment_file.hpp"
#include "offline/experiment/observed_counts.hpp"
#include "offline/experiment/signal.hpp"
#include "offline/fit/model.hpp"

namespace spillgate::offline {

class ExperimentModel final : public fit::Model {
  public:
    // `anti_coincidence`: the counts that a steady state goes by, if there are some. Errors: as DataFolder;
    // CONFIG.
    static proto::Result<ExperimentModel> make(const LoadedExperiment& experiment, const DataFolder& folder,
                                               const std::optional<AntiCoincidence>& anti_coincidence);

    std::span<const fit::Parameter> parameters() const override { return parameters_; }
    std::size_t bins() const override { return axes_.bins(); }
    std::unique_ptr<Model::Scratch> scratch() const override;
    void expected(std::span<const double> values, Model::Scratch& scratch,
                  std::span<double> counts) const override;
    void derivatives(std::span<const double> values, std::span<const std::size_t> wanted,
                     std::span<const fit::Parameter> parameters, Model::Scratch& scratch,
                     std::span<double> jacobian) const override;

    // The same model with these parameters free beside its pulls: `cevns`, `R_n`, … `cevns` fixes the flux,
    // whose pull would be the same thing. Errors: CONFIG (a name that there is not, with those that there
    // are; two that cannot be told apart).
    proto::Status set_free(const std::vector<std::string>& names);

    const Axes& axes() const { return axes_; }
    const Signal& signal() const { return *signal_; }
    std::optional<std::size_t> index_of(std::string_view parameter) const;
    std::vector<double> starts() const;

    // One component's counts per bin, "cevns" or a background, at these values.
    std::vector<double> component(std::string_view name, std::span<const double> values) const;
    std::vector<std::string> components() const;
    // Of the signal by arrival, over all bins: prompt and delayed.
    std::pair<double, double> signal_events(std::span<const double> values) const;

  private:
    struct Memory;
    // What a parameter is, so that values are not looked for by name.
    enum class Kind {
        CEVNS,
        CROSS_SECTION,
        RADIUS,
        ELEMENT_RADIUS,
        R4,
        R6,
        SIN2,
        FLUX,
        EFFICIENCY_SCALE,
        SCALE,
        COMPONENT_1,
        COMPONENT_2,
        EFFICIENCY,
        ONSET,
        BACKGROUND
    };
    struct Role {
        Kind kind;
        std::string element;  // of ELEMENT_RADIUS, and of RADIUS if it is one element's
        std::size_t background = 0;
    };

    ExperimentModel() = default;
    void add(Kind kind, fit::Parameter parameter, std::string element = {}, std::size_t background = 0);
    void add_radii(const config::Experiment& experiment);
    void add_parameters(const config::Experiment& experiment);
    void fill_point(std::span<const double> values, SignalPoint& point) const;
    bool radius_moves(std::size_t parameter, std::span<const double> values) const;
    double value(Kind kind, std::span<const double> values, double otherwise) const;
    bool is_free(Kind kind) const;
    bool prepare(std::span<const double> values, Memory& memory) const;
    // Adds size projection × arrival to `counts`; a released shape moves with it.
    void add_signal(const Signal::Projection& projection, const Fractions& fractions, bool by_onset,
                    std::span<double> counts) const;
    double factor(std::span<const double> values, const Memory& memory) const;
    void signal_derivative(const Role& role, std::span<const double> values, Memory& memory,
                           std::span<double> row) const;

    Axes axes_;
    std::shared_ptr<const Signal> signal_;
    std::shared_ptr<const ArrivalFractions> arrival_;
    std::vector<BackgroundShape> backgrounds_;
    // Released events per bin over those computed at the nominal point (for F90, of the bin's sum over it);
    // empty: none.
    std::vector<double> shape_ratio_;
    double standard_cross_section_ = 0;
    std::vector<fit::Parameter> parameters_;
    std::vector<Role> roles_;
    std::vector<std::size_t> index_;  // by Kind, of the first parameter of that kind; none: npos
};

}  // namespace spillgate::offline

#include "offline/experiment/experiment_rules.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace spillgate::offline {

namespace {

using Problem = std::optional<ExperimentProblem>;

// Parameters of every experiment, which no background may take.
constexpr std::array reserved{"cevns",
                              "R_n",
                              "R4",
                              "R6",
                              "flux",
                              "quenching",
                              "quenching_1",
                              "quenching_2",
                              "efficiency",
                              "efficiency_scale",
                              "onset_ns",
                              "sin2_theta_w",
                              "cross_section_1e-40_cm2"};

Problem quenching_problem(const config::Experiment& experiment) {
    const auto& quenching = experiment.quenching();
    const bool recoil = experiment.axes().size_unit() == config::KEVNR;
    const bool model = quenching.model_case() != config::Quenching::MODEL_NOT_SET;
    if (recoil && model)
        return ExperimentProblem{&experiment, "quenching", -1,
                                 "the size is the recoil energy (KEVNR), so quenching has no model here"};
    if (!recoil && !model)
        return ExperimentProblem{&experiment.axes(), "size_unit", -1,
                                 "a size in PE or KEVEE needs a model of quenching"};
    if (!quenching.has_polynomial()) return {};
    const auto& polynomial = quenching.polynomial();
    if (polynomial.coefficient().empty())
        return ExperimentProblem{&polynomial, "coefficient", -1,
                                 "coefficient is empty; one or more are needed"};
    if (polynomial.component_size() > 2)
        return ExperimentProblem{&polynomial, "component", 2, "two components at most have a pull"};
    for (const auto& component : polynomial.component())
        if (component.up_size() != polynomial.coefficient_size() ||
            component.down_size() != polynomial.coefficient_size())
            return ExperimentProblem{
                &component, "up", 0,
                fmt::format("up and down need as many coefficients as the polynomial: {}",
                            polynomial.coefficient_size())};
    return {};
}

Problem response_problem(const config::Experiment& experiment) {
    const auto& response = experiment.response();
    using Size = config::DetectorResponse;
    const auto unit = experiment.axes().size_unit();
    const bool photoelectrons =
        response.size_case() == Size::kGammaPe || response.size_case() == Size::kPoissonPe;
    if (response.size_case() == Size::SIZE_NOT_SET)
        return ExperimentProblem{
            &experiment, "response", -1,
            "how the size spreads is missing: gamma_pe, poisson_pe, gaussian_kevee or identity"};
    if (photoelectrons != (unit == config::PE))
        return ExperimentProblem{&experiment.axes(), "size_unit", -1,
                                 "the size is in PE if, and only if, the response is gamma_pe or poisson_pe"};
    if (response.size_case() == Size::kGaussianKevee && unit != config::KEVEE)
        return ExperimentProblem{&experiment.axes(), "size_unit", -1, "gaussian_kevee needs a size in KEVEE"};
    if (response.efficiency().has_logistic()) {
        const auto& logistic = response.efficiency().logistic();
        if (logistic.has_up() != logistic.has_down())
            return ExperimentProblem{&logistic, logistic.has_up() ? "up" : "down", -1,
                                     "give both displaced curves or none"};
    }
    if (response.efficiency().has_stepped_logistic() && !response.has_poisson_pe())
        return ExperimentProblem{&response.efficiency(), "stepped_logistic", -1,
                                 "it is a curve over whole photoelectrons: it needs poisson_pe"};
    const auto curve = response.efficiency().curve_case();
    if (response.has_identity() && curve != config::SizeEfficiency::CURVE_NOT_SET &&
        curve != config::SizeEfficiency::kThreshold)
        return ExperimentProblem{&response, "efficiency", -1,
                                 "a size without spread takes a threshold, no other curve"};
    return {};
}

Problem axes_problem(const config::Experiment& experiment) {
    const auto& axes = experiment.axes();
    if (axes.has_f90() && !experiment.has_signal_shape())
        return ExperimentProblem{&axes, "f90", -1, "an axis of F90 needs a signal_shape: it is not computed"};
    return {};
}

Problem background_problem(const config::Experiment& experiment) {
    std::set<std::string> names(reserved.begin(), reserved.end());
    const auto& data = experiment.data();
    // Without any counts they are to come from spectra of one's own, which have C and AC.
    const bool anti_coincident = data.counts_case() == config::ReleasedData::COUNTS_NOT_SET ||
                                 data.has_events() || data.has_anti_coincidence() ||
                                 data.grid().has_off_file();
    for (const auto& background : experiment.background()) {
        if (!names.insert(background.name()).second)
            return ExperimentProblem{&background, "name", -1,
                                     fmt::format("'{}' is the name of another parameter", background.name())};
        if (background.shape_case() == config::Background::SHAPE_NOT_SET)
            return ExperimentProblem{&background, "name", -1,
                                     "its shape is missing: separable, joint, steady_state or flat"};
        if (background.has_steady_state() && !anti_coincident)
            return ExperimentProblem{&background, "steady_state", -1,
                                     "it needs anti-coincident counts in the experiment's data"};
        if (!background.has_events() && !background.has_steady_state())
            return ExperimentProblem{&background, "name", -1, "its events are missing"};
    }
    return {};
}

Problem nuclear_problem(const config::Experiment& experiment) {
    const auto& nuclear = experiment.nuclear();
    const bool tabulated = nuclear.form_factor() == config::TABULATED;
    if (!tabulated && nuclear.table_size() > 0)
        return ExperimentProblem{&nuclear, "table", 0, "tables are for form_factor: TABULATED"};
    for (int i = 0; tabulated && i < nuclear.radius_size(); ++i)
        if (nuclear.radius(i).has_neutron_rms_fm())
            return ExperimentProblem{&nuclear.radius(i), "neutron_rms_fm", -1,
                                     "the tables have the neutrons' radius: form_factor is TABULATED"};
    return {};
}

Problem source_problem(const config::Experiment& experiment) {
    if (experiment.source().arrival_case() == config::NeutrinoSource::ARRIVAL_NOT_SET)
        return ExperimentProblem{&experiment, "source", -1,
                                 "the arrival is missing: gaussian_pulse, prompt_table or arrival_tables"};
    return {};
}

}  // namespace

std::optional<ExperimentProblem> experiment_problem(const config::Experiment& experiment) {
    if (experiment.target().material() == "D2O") return source_problem(experiment);
    for (auto* rule : {source_problem, nuclear_problem, quenching_problem, response_problem, axes_problem,
                       background_problem})
        if (auto problem = rule(experiment)) return problem;
    return {};
}

}  // namespace spillgate::offline

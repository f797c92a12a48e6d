// The parameters of an experiment's model: what its file lets move, from where, and which of them a fit
// frees.
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "offline/experiment/experiment_model.hpp"

namespace spillgate::offline {

namespace {

using proto::error;
using proto::ErrorKind;

constexpr std::size_t npos = static_cast<std::size_t>(-1);
constexpr double far_sigmas = 5;  // pulls in standard deviations go no further

fit::Parameter held(std::string name, std::string unit, std::string description, double start, double lower,
                    double upper) {
    fit::Parameter parameter;
    parameter.name = std::move(name);
    parameter.unit = std::move(unit);
    parameter.description = std::move(description);
    parameter.start = start;
    parameter.lower = lower;
    parameter.upper = upper;
    parameter.free = false;
    return parameter;
}

// A pull with σ = 0 is no freedom.
fit::Parameter pulled(fit::Parameter parameter, double sigma) {
    parameter.free = sigma > 0;
    if (sigma > 0) parameter.pull = fit::symmetric_pull(parameter.start, sigma);
    return parameter;
}

}  // namespace

void ExperimentModel::add(Kind kind, fit::Parameter parameter, std::string element, std::size_t background) {
    const auto of_kind = static_cast<std::size_t>(kind);
    if (index_.size() <= of_kind) index_.resize(of_kind + 1, npos);
    if (index_[of_kind] == npos) index_[of_kind] = parameters_.size();
    parameters_.push_back(std::move(parameter));
    roles_.push_back({kind, std::move(element), background});
}

void ExperimentModel::add_radii(const config::Experiment& experiment) {
    const auto& nuclear = experiment.nuclear();
    const double lowest = experiment.limits().neutron_rms_min_fm();
    const double highest = experiment.limits().neutron_rms_max_fm();
    // One radius for several isotopes starts at their mean.
    std::set<std::string> elements;
    const auto mean_radius = [&](const std::string& element) {
        double sum = 0, nuclei = 0;
        for (const auto& isotope : signal_->isotopes()) {
            if (!element.empty() && isotope.element != element) continue;
            sum += isotope.nuclei * isotope.neutron_rms_fm;
            nuclei += isotope.nuclei;
        }
        return sum / nuclei;
    };
    for (const auto& isotope : signal_->isotopes())
        elements.insert(isotope.element);
    add(Kind::RADIUS,
        held("R_n", "fm", "rms radius of the neutrons", mean_radius(nuclear.fitted_element()), lowest,
             highest),
        nuclear.fitted_element());
    for (const auto& element : elements)
        add(Kind::ELEMENT_RADIUS,
            held("R_n_" + element, "fm", "rms radius of the neutrons of " + element, mean_radius(element),
                 lowest, highest),
            element);
}

void ExperimentModel::add_parameters(const config::Experiment& experiment) {
    const auto& limits = experiment.limits();
    const auto& nuclear = experiment.nuclear();
    add(Kind::CEVNS, held("cevns", "events", "CEvNS events", 0, 0, 1e12));
    add(Kind::CROSS_SECTION,
        held("cross_section_1e-40_cm2", "1e-40 cm2", "flux-averaged cross section per nucleus",
             standard_cross_section_, 0, 100 * standard_cross_section_));
    // A table's radius is its own.
    if (nuclear.form_factor() != config::TABULATED) add_radii(experiment);
    if (nuclear.form_factor() == config::MOMENTS) {
        const auto nominal = signal_->nominal();
        add(Kind::R4, held("R4", "fm", "⟨R⁴⟩^¼ of the neutrons", nominal.r4_fm, 0, 3 * nominal.r4_fm));
        // The pull is on <R^6>: six times smaller on its root.
        add(Kind::R6, pulled(held("R6", "fm", "⟨R⁶⟩^⅙ of the neutrons", nominal.r6_fm, 0, 3 * nominal.r6_fm),
                             nuclear.r6_sigma() / 6 * nominal.r6_fm));
    }
    add(Kind::SIN2, held("sin2_theta_w", "", "weak mixing angle", nuclear.sin2_theta_w(), 0, 1));
    add(Kind::FLUX, pulled(held("flux", "", "neutrino flux over the expected one", 1, 0, 10),
                           experiment.source().flux_sigma()));
    add(Kind::EFFICIENCY_SCALE,
        pulled(held("efficiency_scale", "", "efficiency over the expected one", 1, 0, 10),
               experiment.response().efficiency_sigma()));
    const auto& quenching = experiment.quenching();
    add(Kind::SCALE, pulled(held("quenching", "", "energy scale of recoils, relative shift", 0, -0.9, 5),
                            quenching.energy_sigma()));
    const int components = quenching.polynomial().component_size();
    const auto component = [](int i) {
        return pulled(
            held(fmt::format("quenching_{}", i), "sigma",
                 fmt::format("principal component {} of the quenching", i), 0, -far_sigmas, far_sigmas),
            1);
    };
    if (components > 0) add(Kind::COMPONENT_1, component(1));
    if (components > 1) add(Kind::COMPONENT_2, component(2));
    if (signal_->has_efficiency_pull())
        add(Kind::EFFICIENCY,
            pulled(held("efficiency", "sigma", "efficiency curve", 0, -far_sigmas, far_sigmas), 1));
    if (limits.onset_ns() > 0 && arrival_->can_shift()) {
        auto onset =
            held("onset_ns", "ns", "shift of the signal in time", 0, -limits.onset_ns(), limits.onset_ns());
        onset.free = true;
        onset.scale = 20;
        add(Kind::ONSET, std::move(onset));
    }
    for (std::size_t i = 0; i < backgrounds_.size(); ++i) {
        const auto& background = backgrounds_[i];
        add(Kind::BACKGROUND,
            pulled(
                held(background.name, "events", "background " + background.name, background.events, 0, 1e12),
                background.sigma),
            {}, i);
    }
}

std::optional<std::size_t> ExperimentModel::index_of(std::string_view parameter) const {
    const auto found = std::ranges::find(parameters_, parameter, &fit::Parameter::name);
    if (found == parameters_.end()) return std::nullopt;
    return static_cast<std::size_t>(found - parameters_.begin());
}

std::vector<double> ExperimentModel::starts() const {
    std::vector<double> values;
    values.reserve(parameters_.size());
    for (const auto& parameter : parameters_)
        values.push_back(parameter.start);
    return values;
}

proto::Status ExperimentModel::set_free(const std::vector<std::string>& names) {
    const auto has = [&](std::string_view name) { return std::ranges::find(names, name) != names.end(); };
    for (const auto& name : names) {
        const auto index = index_of(name);
        if (!index && (name == "R_n" || name.starts_with("R_n_")))
            return error(ErrorKind::CONFIG,
                         fmt::format("{} is no parameter: a tabulated form factor has no free radius "
                                     "(nuclear.form_factor: TABULATED)",
                                     name));
        if (!index) {
            std::vector<std::string> there;
            there.reserve(parameters_.size());
            for (const auto& parameter : parameters_)
                there.push_back(parameter.name);
            return error(ErrorKind::CONFIG,
                         fmt::format("no parameter is '{}'; there are {}", name, fmt::join(there, ", ")));
        }
        parameters_[*index].free = true;
    }
    if (has("cevns") && has("cross_section_1e-40_cm2"))
        return error(ErrorKind::CONFIG,
                     "cevns and cross_section_1e-40_cm2 scale the same thing; free one of them");
    for (const auto& name : names)
        if (name == "R_n" || name.starts_with("R_n_"))
            if (has("cross_section_1e-40_cm2"))
                return error(ErrorKind::CONFIG,
                             fmt::format("{} gives the cross section; free one of them, or cevns for a "
                                         "number of events that is free of both",
                                         name));
    for (const auto& name : names)
        if (has("R_n") && name.starts_with("R_n_"))
            return error(ErrorKind::CONFIG,
                         fmt::format("R_n and {} move the same radius; free one of them", name));
    if (has("cevns"))
        for (const auto kind : {Kind::FLUX, Kind::EFFICIENCY_SCALE})
            parameters_[index_[static_cast<std::size_t>(kind)]].free = false;
    return {};
}

}  // namespace spillgate::offline

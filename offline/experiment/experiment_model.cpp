#include "offline/experiment/experiment_model.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace spillgate::offline {

namespace {

using proto::error;
using proto::ErrorKind;
using proto::Result;

constexpr std::size_t npos = static_cast<std::size_t>(-1);
constexpr double far_sigmas = 5;  // pulls in standard deviations go no further

double sum_of(std::span<const double> bins) {
    return std::accumulate(bins.begin(), bins.end(), 0.0);
}

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

struct ExperimentModel::Memory : Model::Scratch {
    SignalPoint point;
    Signal::Scratch signal;
    Fractions fractions;
    std::optional<double> onset_ns;  // that `fractions` were made for
    std::vector<double> raw;         // the signal per bin, its factor 1
    std::vector<double> raw_derivative;
};

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

Result<ExperimentModel> ExperimentModel::make(const LoadedExperiment& experiment, const DataFolder& folder,
                                              const std::optional<AntiCoincidence>& anti_coincidence) {
    const auto& config = experiment.config;
    ExperimentModel model;
    auto axes = make_axes(config.axes());
    if (!axes) return axes.error();
    model.axes_ = std::move(*axes);
    auto signal = Signal::make(config, model.axes_, folder);
    if (!signal) return signal.error();
    model.signal_ = std::make_shared<const Signal>(std::move(*signal));
    auto arrival = ArrivalFractions::make(config.source(), config.response(), model.axes_.t_rec, folder);
    if (!arrival) return arrival.error();
    model.arrival_ = std::make_shared<const ArrivalFractions>(std::move(*arrival));
    for (const auto& background : config.background()) {
        auto shape = make_background(background, config, model.axes_, folder,
                                     anti_coincidence ? &*anti_coincidence : nullptr);
        if (!shape) return shape.error();
        model.backgrounds_.push_back(std::move(*shape));
    }
    model.standard_cross_section_ = model.signal_->mean_cross_section_1e40_cm2(model.signal_->nominal());
    model.add_parameters(config);
    if (config.has_signal_shape()) {
        auto shape = read_joint(config.signal_shape().table(), model.axes_, folder);
        if (!shape) return shape.error();
        const auto computed = model.component("cevns", model.starts());
        const double factor = sum_of(computed) / sum_of(*shape);
        model.shape_ratio_.resize(shape->size());
        for (std::size_t i = 0; i < shape->size(); ++i)
            model.shape_ratio_[i] = computed[i] > 0 ? factor * (*shape)[i] / computed[i] : 0;
    }
    model.parameters_.front().start =
        model.signal_events(model.starts()).first + model.signal_events(model.starts()).second;
    return model;
}

std::unique_ptr<fit::Model::Scratch> ExperimentModel::scratch() const {
    auto memory = std::make_unique<Memory>();
    memory->signal = signal_->scratch();
    memory->fractions = arrival_->room();
    memory->raw.resize(bins());
    memory->raw_derivative.resize(bins());
    return memory;
}

double ExperimentModel::value(Kind kind, std::span<const double> values, double otherwise) const {
    const auto of_kind = static_cast<std::size_t>(kind);
    const auto index = of_kind < index_.size() ? index_[of_kind] : npos;
    return index == npos ? otherwise : values[index];
}

bool ExperimentModel::is_free(Kind kind) const {
    const auto of_kind = static_cast<std::size_t>(kind);
    const auto index = of_kind < index_.size() ? index_[of_kind] : npos;
    return index != npos && parameters_[index].free;
}

// A radius that is held stays each isotope's own.
void ExperimentModel::fill_point(std::span<const double> values, SignalPoint& point) const {
    const auto isotopes = signal_->isotopes();
    for (std::size_t i = 0; i < isotopes.size(); ++i)
        point.neutron_rms_fm[i] = isotopes[i].neutron_rms_fm;
    for (std::size_t k = 0; k < roles_.size(); ++k) {
        const bool one = roles_[k].kind == Kind::ELEMENT_RADIUS;
        if ((!one && roles_[k].kind != Kind::RADIUS) || !radius_moves(k, values)) continue;
        for (std::size_t i = 0; i < isotopes.size(); ++i)
            if (roles_[k].element.empty() || roles_[k].element == isotopes[i].element)
                point.neutron_rms_fm[i] = values[k];
    }
    point.r4_fm = value(Kind::R4, values, 0);
    point.r6_fm = value(Kind::R6, values, 0);
    point.sin2_theta_w = value(Kind::SIN2, values, 0);
    point.pulls.quenching.scale = value(Kind::SCALE, values, 0);
    point.pulls.quenching.components = {value(Kind::COMPONENT_1, values, 0),
                                        value(Kind::COMPONENT_2, values, 0)};
    point.pulls.efficiency = value(Kind::EFFICIENCY, values, 0);
}

// Free, or held somewhere else than at its start.
bool ExperimentModel::radius_moves(std::size_t parameter, std::span<const double> values) const {
    return parameters_[parameter].free || values[parameter] != parameters_[parameter].start;
}

void ExperimentModel::add_signal(const Signal::Projection& projection, const Fractions& fractions,
                                 bool by_onset, std::span<double> counts) const {
    const auto& prompt = by_onset ? fractions.prompt_by_onset_per_ns : fractions.prompt;
    const auto& delayed = by_onset ? fractions.delayed_by_onset_per_ns : fractions.delayed;
    const auto f90 = static_cast<double>(axes_.f90_bins());  // the computed part does not know it
    std::size_t bin = 0;
    for (std::size_t s = 0; s < axes_.size.bins(); ++s)
        for (std::size_t f = 0; f < axes_.f90_bins(); ++f)
            for (std::size_t t = 0; t < axes_.t_rec.bins(); ++t, ++bin) {
                const double computed =
                    (projection.prompt[s] * prompt[t] + projection.delayed[s] * delayed[t]) / f90;
                counts[bin] += shape_ratio_.empty() ? computed : computed * shape_ratio_[bin];
            }
}

// The signal with factor 1, into memory.raw.
bool ExperimentModel::prepare(std::span<const double> values, Memory& memory) const {
    if (memory.point.neutron_rms_fm.empty()) memory.point = signal_->nominal();
    fill_point(values, memory.point);
    if (!signal_->prepare(memory.point, memory.signal)) return false;
    const double onset = value(Kind::ONSET, values, 0);
    if (memory.onset_ns != onset) {
        arrival_->fill(onset, memory.fractions);
        memory.onset_ns = onset;
    }
    signal_->project(Signal::By::NOTHING, {}, memory.signal);
    std::ranges::fill(memory.raw, 0);
    add_signal(memory.signal.room, memory.fractions, false, memory.raw);
    return true;
}

// What the raw signal is multiplied by.
double ExperimentModel::factor(std::span<const double> values, const Memory& memory) const {
    if (is_free(Kind::CEVNS)) return value(Kind::CEVNS, values, 0) / sum_of(memory.raw);
    return value(Kind::FLUX, values, 1) * value(Kind::EFFICIENCY_SCALE, values, 1) *
           value(Kind::CROSS_SECTION, values, 1) / standard_cross_section_;
}

void ExperimentModel::expected(std::span<const double> values, Model::Scratch& scratch,
                               std::span<double> counts) const {
    auto& memory = static_cast<Memory&>(scratch);
    if (!prepare(values, memory)) {
        std::ranges::fill(counts, std::nan(""));
        return;
    }
    const double times = factor(values, memory);
    for (std::size_t i = 0; i < counts.size(); ++i)
        counts[i] = times * memory.raw[i];
    for (std::size_t k = 0; k < roles_.size(); ++k) {
        if (roles_[k].kind != Kind::BACKGROUND) continue;
        const auto& shape = backgrounds_[roles_[k].background].shape;
        for (std::size_t i = 0; i < counts.size(); ++i)
            counts[i] += values[k] * shape[i];
    }
}

// What moves the signal's shape: the derivative of the raw signal, then of its factor.
void ExperimentModel::signal_derivative(const Role& role, std::span<const double> values, Memory& memory,
                                        std::span<double> row) const {
    auto by = Signal::By::RADIUS;
    switch (role.kind) {
        case Kind::SCALE:
            by = Signal::By::SCALE;
            break;
        case Kind::COMPONENT_1:
            by = Signal::By::COMPONENT_1;
            break;
        case Kind::COMPONENT_2:
            by = Signal::By::COMPONENT_2;
            break;
        case Kind::EFFICIENCY:
            by = Signal::By::EFFICIENCY;
            break;
        case Kind::ONSET:
            by = Signal::By::NOTHING;
            break;
        default:
            break;
    }
    signal_->project(by, role.element, memory.signal);
    std::ranges::fill(memory.raw_derivative, 0);
    add_signal(memory.signal.room, memory.fractions, role.kind == Kind::ONSET, memory.raw_derivative);
    const double times = factor(values, memory);
    // A free number of events stays what it is when the shape's own sum moves.
    const double lost = is_free(Kind::CEVNS) ? sum_of(memory.raw_derivative) / sum_of(memory.raw) : 0;
    for (std::size_t i = 0; i < row.size(); ++i)
        row[i] = times * (memory.raw_derivative[i] - lost * memory.raw[i]);
}

void ExperimentModel::derivatives(std::span<const double> values, std::span<const std::size_t> wanted,
                                  std::span<const fit::Parameter> parameters, Model::Scratch& scratch,
                                  std::span<double> jacobian) const {
    auto& memory = static_cast<Memory&>(scratch);
    if (!prepare(values, memory)) {
        std::ranges::fill(jacobian, std::nan(""));
        return;
    }
    const double times = factor(values, memory);
    const bool yield = is_free(Kind::CEVNS);
    const auto scale_by = [&](std::span<double> row, double by) {
        for (std::size_t i = 0; i < row.size(); ++i)
            row[i] = by * memory.raw[i];
    };
    bool numerical = false;
    for (std::size_t k = 0; k < wanted.size(); ++k) {
        const auto& role = roles_[wanted[k]];
        const auto row = jacobian.subspan(k * bins(), bins());
        switch (role.kind) {
            case Kind::CEVNS:
                scale_by(row, yield ? 1 / sum_of(memory.raw) : 0);
                break;
            case Kind::CROSS_SECTION:
            case Kind::FLUX:
            case Kind::EFFICIENCY_SCALE:
                scale_by(row, yield ? 0 : times / values[wanted[k]]);
                break;
            case Kind::BACKGROUND:
                std::ranges::copy(backgrounds_[role.background].shape, row.begin());
                break;
            case Kind::R4:
            case Kind::R6:
            case Kind::SIN2:
                numerical = true;
                break;
            default:
                signal_derivative(role, values, memory, row);
        }
    }
    for (std::size_t k = 0; numerical && k < wanted.size(); ++k) {
        const auto kind = roles_[wanted[k]].kind;
        if (kind == Kind::R4 || kind == Kind::R6 || kind == Kind::SIN2)
            Model::derivatives(values, wanted.subspan(k, 1), parameters, scratch,
                               jacobian.subspan(k * bins(), bins()));
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
        if (has("R_n") && name.starts_with("R_n_"))
            return error(ErrorKind::CONFIG,
                         fmt::format("R_n and {} move the same radius; free one of them", name));
    if (has("cevns"))
        for (const auto kind : {Kind::FLUX, Kind::EFFICIENCY_SCALE})
            parameters_[index_[static_cast<std::size_t>(kind)]].free = false;
    return {};
}

std::vector<std::string> ExperimentModel::components() const {
    std::vector<std::string> names{"cevns"};
    for (const auto& background : backgrounds_)
        names.push_back(background.name);
    return names;
}

std::vector<double> ExperimentModel::component(std::string_view name, std::span<const double> values) const {
    std::vector<double> counts(bins(), 0);
    if (name == "cevns") {
        const auto room = scratch();
        auto& memory = static_cast<Memory&>(*room);
        if (!prepare(values, memory)) return std::vector<double>(bins(), std::nan(""));
        const double times = factor(values, memory);
        for (std::size_t i = 0; i < counts.size(); ++i)
            counts[i] = times * memory.raw[i];
        return counts;
    }
    for (std::size_t k = 0; k < roles_.size(); ++k)
        if (roles_[k].kind == Kind::BACKGROUND && parameters_[k].name == name)
            for (std::size_t i = 0; i < counts.size(); ++i)
                counts[i] = values[k] * backgrounds_[roles_[k].background].shape[i];
    return counts;
}

std::pair<double, double> ExperimentModel::signal_events(std::span<const double> values) const {
    const auto room = scratch();
    auto& memory = static_cast<Memory&>(*room);
    if (!prepare(values, memory)) return {std::nan(""), std::nan("")};
    const double times = factor(values, memory);
    auto projection = memory.signal.room;
    const auto of = [&](bool prompt) {
        auto part = projection;
        std::ranges::fill(prompt ? part.delayed : part.prompt, 0);
        std::vector<double> counts(bins(), 0);
        add_signal(part, memory.fractions, false, counts);
        return times * sum_of(counts);
    };
    return {of(true), of(false)};
}

}  // namespace spillgate::offline

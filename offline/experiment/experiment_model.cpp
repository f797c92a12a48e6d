#include "offline/experiment/experiment_model.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace spillgate::offline {

namespace {

using proto::Result;

constexpr std::size_t npos = static_cast<std::size_t>(-1);

double sum_of(std::span<const double> bins) {
    return std::accumulate(bins.begin(), bins.end(), 0.0);
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

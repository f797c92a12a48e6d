#include "offline/experiment/signal_table.hpp"

#include <fmt/format.h>

#include "offline/experiment/signal.hpp"

namespace spillgate::offline {

namespace {

constexpr std::uint32_t bins = 2000;
constexpr double beyond_kev = 1000;  // recoils of the lightest nuclei, Ar's, end below 160 keV

// With a detector that sees everything as it is, up to `end_kev`.
proto::Result<SignalTable> table_up_to(double end_kev, config::Experiment config, const DataFolder& folder) {
    const bool quenched = config.quenching().model_case() != config::Quenching::MODEL_NOT_SET;
    config.mutable_response()->Clear();
    config.mutable_response()->mutable_identity();
    auto& axes = *config.mutable_axes();
    axes.Clear();
    axes.set_size_unit(quenched ? config::KEVEE : config::KEVNR);
    auto& equal = *axes.mutable_size()->mutable_equal();
    equal.set_bins(bins);
    equal.set_begin(0);
    equal.set_end(end_kev);
    const auto made = make_axes(axes);
    if (!made) return made.error();
    const auto signal = Signal::make(config, *made, folder);
    if (!signal) return signal.error();
    auto scratch = signal->scratch();
    if (!signal->prepare(signal->nominal(), scratch))
        return proto::error(proto::ErrorKind::CONFIG, "its radii or couplings give no signal");
    signal->project(Signal::By::NOTHING, {}, scratch);
    SignalTable table{made->size.unit, made->size.edges, scratch.room.prompt, scratch.room.delayed};
    for (auto* events : {&table.prompt, &table.delayed})
        for (auto& one : *events)
            one /= config.source().pot();
    return table;
}

}  // namespace

proto::Result<SignalTable> signal_table(const LoadedExperiment& experiment, const DataFolder& folder) {
    const auto wide = table_up_to(beyond_kev, experiment.config, folder);
    if (!wide) return wide.error();
    std::size_t last = bins - 1;
    while (last > 0 && wide->prompt[last] + wide->delayed[last] <= 0)
        --last;
    return table_up_to(wide->edges_kev[last + 1], experiment.config, folder);
}

std::string text_of(const SignalTable& table, const LoadedExperiment& experiment) {
    std::string text = fmt::format(
        "# CEvNS of {} ({}) in {} kg {} at {} m, before resolution and efficiency.\n"
        "# Lower and upper energy in {}, events of prompt and of delayed neutrinos per proton.\n",
        experiment.config.name(), experiment.sha256.substr(0, 12), experiment.config.target().mass_kg(),
        experiment.config.target().material(), experiment.config.source().distance_m(), table.unit);
    for (std::size_t i = 0; i < table.prompt.size(); ++i)
        text += fmt::format("{} {} {} {}\n", table.edges_kev[i], table.edges_kev[i + 1], table.prompt[i],
                            table.delayed[i]);
    return text;
}

}  // namespace spillgate::offline

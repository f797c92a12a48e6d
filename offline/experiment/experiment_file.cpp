#include "offline/experiment/experiment_file.hpp"

#include <fmt/format.h>

#include "offline/experiment/experiment_rules.hpp"
#include "offline/experiment/field_change.hpp"
#include "proto/strict_text.hpp"
#include "proto/wire.hpp"

namespace spillgate::offline {

using proto::Result;
using proto::StrictText;

Result<LoadedExperiment> parse_experiment(const std::string& text, const std::string& name,
                                          const std::vector<std::string>& changes) {
    LoadedExperiment loaded;
    loaded.path = name;
    auto parsed = StrictText::parse(text, name, loaded.config);
    if (!parsed) return parsed.error();
    if (!changes.empty()) {
        for (const auto& change : changes)
            if (auto status = change_field(loaded.config, change); !status) return status.error();
        // Places are now those of the changed text, which nobody sees: its name says so.
        const auto changed = proto::printed(loaded.config);
        loaded.config.Clear();
        parsed = StrictText::parse(changed, name + " with --set", loaded.config);
        if (!parsed) return parsed.error();
    }
    if (const auto problem = experiment_problem(loaded.config))
        return parsed->refusal(*problem->message, problem->field, problem->index, problem->text);
    proto::write_defaults(loaded.config);
    loaded.effective = proto::printed(loaded.config);
    loaded.sha256 = proto::sha256_hex(loaded.effective);
    return loaded;
}

Result<LoadedExperiment> load_experiment(const std::string& path, const std::vector<std::string>& changes) {
    const auto text = proto::read_text(path);
    if (!text) return text.error();
    return parse_experiment(*text, path, changes);
}

void take_exposure(OwnExposure exposure, LoadedExperiment& experiment) {
    auto& config = experiment.config;
    exposure.pot_of_file = config.source().pot();
    const double protons = exposure.pot.known() / exposure.pot_of_file;
    config.mutable_source()->set_pot(exposure.pot.known());
    for (auto& background : *config.mutable_background()) {
        if (!background.has_steady_state()) {
            background.set_events(background.events() * protons);
            continue;
        }
        background.clear_events();
        background.clear_sigma();
        background.mutable_steady_state()->clear_counts_below_axis();
    }
    if (exposure.provenance.simulated) config.set_title("SIMULATED: " + config.title());
    experiment.own = std::move(exposure);
}

}  // namespace spillgate::offline

// What `sensitivity` goes along: the quantities of an experiment that can be scanned, and what a value of one
// changes in it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "offline/verbs/experiment_input.hpp"

namespace spillgate::offline {

struct ScannedQuantity {
    std::string_view name, label, unit;
};

// `mass_t`, `quenching_sigma`, `threshold_kev`. Errors: CONFIG, with these names.
proto::Result<ScannedQuantity> scanned_quantity(std::string_view name);

// The changes of fields, as --set takes them, that put the quantity at this value. A threshold gives bins of
// the experiment's width from there to the axis' end. Errors: those of loading; CONFIG.
proto::Result<std::vector<std::string>> changes_for(const ScannedQuantity& quantity, double value,
                                                    const ExperimentInput& input);

}  // namespace spillgate::offline

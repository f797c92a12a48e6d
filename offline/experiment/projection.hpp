// What an experiment expects of an exposure that it has not had, or has just had: counts, and how well it
// would measure R_n. The same model, likelihood and fit as `spillgate-offline predict` and `sensitivity`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "offline/experiment/experiment_file.hpp"
#include "offline/verbs/experiment_input.hpp"

namespace spillgate::offline {

// The experiment with so many protons on target: each background that its file gives in events goes with
// them, as with a beam of constant power, and keeps its relative uncertainty.
LoadedExperiment with_pot(LoadedExperiment experiment, double pot);

// Own counts as they would be with so many protons: anti-coincident counts and live times go with them, and
// coincident ones are sealed. α stays.
MeasuredSpectrum with_pot(const MeasuredSpectrum& own, double pot);

// With own counts in the place of released ones, and these free beside its pulls. Errors: as DataFolder;
// CONFIG (a model that cannot be made, names that are no parameters).
proto::Result<OpenedExperiment> open_own(LoadedExperiment experiment, const DataFolder& folder,
                                         MeasuredSpectrum own, const std::vector<std::string>& free);

struct Projection {
    double pot = 0;
    double cevns = 0;                 // expected events in the experiment's axes
    std::optional<double> radius_fm;  // R_n that it starts from; absent if the experiment has none
    std::optional<double> sigma_fm;   // half the width of its 1σ profile interval
    std::string why_no_sigma;         // in words, if there is no sigma_fm
};

// `own`: of which a background with a steady_state takes its anti-coincident counts, if it has none of its
// own data. Errors: as open_own; CONFIG (no protons, heavy water). That R_n cannot be had is no error.
proto::Result<Projection> projection(const LoadedExperiment& experiment, const DataFolder& folder, double pot,
                                     const std::optional<MeasuredSpectrum>& own);

}  // namespace spillgate::offline

// Spillgate's own histograms as an experiment's data: coincident and anti-coincident counts on its axes, with
// the exposure that the ledger gives them.
#pragma once

#include <optional>
#include <string>

#include "offline/experiment/observed_counts.hpp"
#include "offline/export/saved_spectra.hpp"
#include "offline/exposure/good_runs.hpp"
#include "offline/exposure/live_pot.hpp"
#include "offline/exposure/residual.hpp"

namespace spillgate::offline {

// Where own counts come from, and what their exposure is.
struct OwnExposure {
    std::string file, histogram, selection;
    Provenance provenance;
    std::optional<GoodRuns> good_runs;  // none: the spectra were held against no list
    LivePot pot;
    double pot_of_file = 0;  // the experiment's `source.pot`, whose place pot.known() takes
    Alpha alpha;             // E_C/E_AC
    double in_time_live_s = 0, anti_coincident_live_s = 0;  // summed over the channels
    std::uint32_t channels = 1;
    bool sealed = false;  // the runs are blinded, and nobody has opened them
    std::string why_sealed;
};

struct MeasuredSpectrum {
    OwnExposure exposure;
    std::vector<double> coincidence;  // by Axes::index; empty if it is sealed
    std::vector<double> anti_coincidence;
};

// The spectrum `name`, or the only one with the experiment's axes if `name` is empty. Its axes must be those
// of the experiment: PE ← pe, keVee ← energy_kev, F90 ← f90, t_rec ← t_rec_us, in any order, with equal
// edges; what lies beyond them (flow bins) is left out. Errors: CONFIG (no such spectrum, axes that differ,
// with both); REFUSED (no C, AC or proton exposure; more than a hundredth of the C windows without charge).
proto::Result<MeasuredSpectrum> measured_spectrum(const SavedSpectra& saved, const std::string& name,
                                                  const Axes& axes);

}  // namespace spillgate::offline

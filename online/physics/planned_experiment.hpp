// The experiment of a plan: what it expects of an exposure, what it predicts for a spectrum, and what was
// measured, by the engine of `spillgate-offline predict`, `sensitivity` and `fit`.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "offline/experiment/projection.hpp"
#include "online/physics/spectrum_sum.hpp"
#include "proto/schema/config.pb.h"
#include "proto/schema/console.pb.h"

namespace spillgate::online {

// Counts of runs of which nothing is sealed, in the experiment's axes.
struct Measured {
    double pot = 0;  // that they were taken with
    std::size_t runs = 0;
    double in_time = 0, anti_coincident = 0, alpha = 0;
    double residual = 0, residual_sigma = 0;  // C − α·AC
    std::optional<double> fitted_cevns;       // of the fit with free CEvNS
    std::optional<double> significance;       // of no CEvNS, σ
    std::string why_no_significance;
};

class PlannedExperiment {  // unchanging; computes for seconds
  public:
    // Errors: those of load_experiment.
    static proto::Result<PlannedExperiment> load(const config::Plan& plan);

    const offline::LoadedExperiment& experiment() const { return experiment_; }
    // Expected with so many protons. `runs`: whose AC counts a steady state goes by. Errors: as
    // offline::projection.
    proto::Result<offline::Projection> expected(double pot, const SpectrumSum& runs) const;
    // Events per proton in the bins of a spectrum. Errors: as offline::predicted_per_proton.
    proto::Result<std::vector<double>> per_proton(const config::Config& config,
                                                  const std::string& spectrum) const;
    // Errors: REFUSED (something is sealed; nothing is there), CONFIG (axes that are not the experiment's).
    proto::Result<Measured> measured(const SpectrumSum& open) const;

  private:
    PlannedExperiment(offline::LoadedExperiment experiment, offline::DataFolder folder)
        : experiment_(std::move(experiment)), folder_(std::move(folder)) {}
    std::optional<offline::MeasuredSpectrum> own(const SpectrumSum& runs) const;

    offline::LoadedExperiment experiment_;
    offline::DataFolder folder_;
};

}  // namespace spillgate::online

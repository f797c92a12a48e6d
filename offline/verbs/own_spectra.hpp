// Spillgate's own spectra as the counts of an experiment: what may be fitted, and what is said of it.
#pragma once

#include <string>

#include <CLI/CLI.hpp>
#include <boost/json/object.hpp>

#include "offline/experiment/measured_spectrum.hpp"
#include "proto/result.hpp"

namespace spillgate::offline {

class OwnSpectra {
  public:
    // --spectra, --histogram, --good-runs, --runs-dir, --run-type, --allow-simulated.
    void add_options(CLI::App& command);
    bool given() const { return !path_.empty(); }
    // Errors: those of load_spectra, load_good_runs and measured_spectrum; REFUSED, if a run is of another
    // type than the one asked for, SIMULATED without leave, not in the list of good runs, or was merged with
    // runs of another config; CONFIG, if the other options are given without --spectra.
    proto::Result<MeasuredSpectrum> read(const Axes& axes) const;
    proto::Status check_options() const;

  private:
    proto::Status check_provenance(const Provenance& provenance) const;

    std::string path_, histogram_, good_runs_, runs_dir_;
    std::string run_type_ = "physics";
    bool allow_simulated_ = false;
};

// One line each: SIMULATED, BLINDED or UNBLINDED and by whom, runs, exposure, POT and whose place it takes,
// the list of good runs or that there is none.
std::string own_text(const OwnExposure& exposure);
boost::json::object own_json(const OwnExposure& exposure);

}  // namespace spillgate::offline

// What the runs of a plan that are over have brought: the lead's catalogue, and each run's exported spectra.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "online/physics/spectrum_sum.hpp"
#include "proto/config_loader.hpp"
#include "proto/schema/console.pb.h"
#include "proto/schema/run.pb.h"

namespace spillgate::online {

class PlannedRuns {  // one thread at a time; opens the catalogue, read-only, for each look
  public:
    // `exports_dir`: where online writes each run's spectra, <checkpoint_dir>.
    PlannedRuns(std::string runs_dir, std::string exports_dir, config::Plan plan)
        : runs_dir_(std::move(runs_dir)), exports_dir_(std::move(exports_dir)), plan_(std::move(plan)) {}

    // Takes up what is new: physics runs of this configuration that began between the plan's begin and end.
    // `followed`: the run whose spectra are alive, which is not counted here; 0: none. With another
    // configuration it begins anew. Errors: of the catalogue; no catalogue is no error.
    proto::Status look(const proto::LoadedConfig& config, std::uint32_t followed);

    const SpectrumSum& all() const { return all_; }    // exposure and AC; C only if nothing is sealed
    const SpectrumSum& open() const { return open_; }  // of the runs of which nothing is sealed
    // Runs whose spectra are not there: their live protons are not known, those recorded are.
    std::size_t runs_without_spectra() const { return without_.size(); }
    double pot_recorded_without_spectra() const;
    std::int64_t first_utc_ns() const { return first_utc_ns_; }  // of all of these; 0: none

    // Of the plan's type and time, and of the configuration that look() was given last.
    bool is_planned(const wire::RunDescription& run) const;

  private:
    bool take(const config::Config& config, std::uint32_t run);

    std::string runs_dir_, exports_dir_;
    config::Plan plan_;
    std::string config_sha256_;
    std::uint32_t judged_ = 0;  // all runs up to this one have been looked at
    SpectrumSum all_, open_;
    std::map<std::uint32_t, std::int64_t> without_;  // run → charge that was recorded, pC
    std::int64_t first_utc_ns_ = 0;
};

}  // namespace spillgate::online

// The physics pane: exposure against the plan, what the experiment expects of it, and, once nothing is sealed
// any more, what was measured. docs/console/physics.md.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "online/feed/board.hpp"
#include "online/http/exchange.hpp"
#include "online/physics/beam_account.hpp"
#include "online/physics/exposure_rate.hpp"
#include "online/physics/planned_experiment.hpp"
#include "online/physics/planned_runs.hpp"
#include "online/snapshot.hpp"
#include "online/worker.hpp"
#include "proto/schema/console.pb.h"

namespace spillgate::online {

// Of the exposure that it was computed for, or why it could not be.
struct Outlook {
    std::optional<offline::Projection> projection;
    std::string trouble;
};

// What is told of it, at one time.
struct PhysicsState {
    double utc_s = 0;
    std::optional<config::Plan> plan;
    std::string trouble;                   // of the plan's experiment or spectrum; empty: none
    std::string title, experiment_sha256;  // of the experiment
    double proton_energy_gev = 0;
    double planned_pot = 0;  // 0: nothing is planned
    Beam beam;
    BeamAccount account;
    SpectrumSum runs;            // those that are over, and the one that is followed
    std::uint32_t followed = 0;  // 0: none
    std::size_t runs_without_spectra = 0;
    double pot_recorded_without_spectra = 0;
    std::string catalogue_trouble;    // why runs that are over could not be looked at; empty: they could
    double first_utc_s = 0;           // begin of the first of the runs; 0: none
    std::optional<double> pot_per_s;  // of the last minutes
    double rate_over_s = 0;
    Outlook now, planned;
    std::optional<Measured> measured;
    std::string why_not_measured;
};

class Physics {  // owns a thread; stops when the computation at hand has ended
  public:
    struct Options {
        std::optional<config::Plan> plan;
        std::string runs_dir, exports_dir;
        std::chrono::milliseconds period{1000};
    };
    // The board must outlive it and have a snapshot.
    Physics(Options options, const SnapshotBoard& board);
    ~Physics() { worker_.stop(); }
    Physics(const Physics&) = delete;
    Physics& operator=(const Physics&) = delete;

    std::vector<Route> routes();  // GET /api/physics, /api/prediction/{name}

  private:
    void look();  // once a period, on the worker's thread
    void follow_config(const Snapshot& snapshot);
    void sum_runs(const Snapshot& snapshot);
    void compute();
    Outlook outlook(double pot) const;
    Response prediction(const std::string& spectrum);

    Options options_;
    const SnapshotBoard& board_;
    std::optional<PlannedExperiment> experiment_;
    PlannedRuns past_;
    std::shared_ptr<const proto::LoadedConfig> config_;
    std::map<std::string, proto::Result<std::vector<double>>> per_proton_;
    ExposureRate rate_;
    SpectrumSum open_;  // of the runs of which nothing is sealed
    PhysicsState state_;
    double looked_at_runs_s_ = 0;
    double computed_s_ = 0;   // when
    double computing_s_ = 0;  // of CPU time, that it took
    double computed_pot_ = -1;
    std::set<std::uint32_t> computed_open_;
    Board<std::string> shown_;  // GET /api/physics
    Worker worker_;             // last: its thread uses all of the above
};

}  // namespace spillgate::online

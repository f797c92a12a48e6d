// One slot as it is to be drawn: its record and verdict, the config that reads it, and what the engine makes
// of it. Of a blinded run without a key to it (blinding/shown.hpp), what in-time windows hold is taken out
// before anybody looks.
#pragma once

#include <memory>
#include <string>

#include "offline/engine.hpp"
#include "offline/plot/recorded_slot.hpp"
#include "proto/config_loader.hpp"
#include "proto/result.hpp"

namespace spillgate::offline::plot {

struct SlotView {
    wire::RunDescription run;
    proto::LoadedConfig config;
    RecordedSlot slot;
    std::shared_ptr<const Engine> engine;  // null, if the config makes none; then there are no candidates
    std::string no_engine;                 // why
    SlotCandidates candidates;             // of the windows that are open
    std::string sealed;                    // what is said of those that are not; empty: all are open
};

// Takes out what in-time windows hold, and says so in `sealed`. `own` is the config that the run was taken
// with.
void seal(const config::Config& own, SlotView& view);

// `config` is a path; empty: the run's own. Errors: those of RunReader::open, read_slot and the config
// loader.
proto::Result<SlotView> load_slot_view(const std::string& run_directory, std::uint64_t slot,
                                       const std::string& config);

}  // namespace spillgate::offline::plot

// A recorded run for tests, with pulses that the demo's chain finds: its messages, its files, and the spectra
// that a plain pass over a run directory gives.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "offline/engine.hpp"
#include "proto/run_file/run_writer.hpp"
#include "proto/wire.hpp"
#include "tests/online/scratch_directory.hpp"
#include "tests/online/synthetic_config.hpp"

namespace spillgate::test {

std::shared_ptr<const offline::Engine> demo_engine();

// A record and a verdict per slot, sequences 0, 1, 2 …; every seventh slot is a missed mark without record.
std::vector<proto::Message> synthetic_messages(std::uint32_t run, std::size_t slots, std::uint64_t seed);

wire::RunDescription synthetic_description(std::uint32_t run);

// Writes these messages as a run, closed if `end`; returns its directory.
std::string write_synthetic_run(const std::string& runs_dir, std::uint32_t run,
                                const std::vector<proto::Message>& messages, bool end);

// Spectra of a run directory through the engine and its accumulator, as reprocessing makes them; serialised.
std::string spectra_of_files(const std::string& run_directory,
                             const offline::Engine& engine = *demo_engine());

}  // namespace spillgate::test

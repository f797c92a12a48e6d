// HPGe runs on disk for the calibration's tests.
#pragma once

#include <string>
#include <vector>

#include "proto/spill_record.hpp"

namespace spillgate::offline::test {

// A config of one 16-bit board of 62.5 MS/s with the channel "ge" and the chain "hpge" for pulses that begin
// 14 μs into traces of 29 μs; a selection and spectra of energy.
std::string hpge_run_config();

// Writes the records as run `number`, verdicts complete, from `start` to `stop`. Returns its directory.
std::string write_hpge_run(const std::string& runs_dir, std::uint32_t number,
                           const std::vector<proto::SpillRecord>& records, std::int64_t start_utc_ns,
                           std::int64_t stop_utc_ns);

}  // namespace spillgate::offline::test

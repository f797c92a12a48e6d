// What tests need to import foreign files and to read the runs made of them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "offline/import/import.hpp"
#include "proto/spill_record.hpp"
#include "tests/data/byte_writer.hpp"

namespace spillgate::offline::test {

using tests::Bytes;

void write_file(const std::string& path, const Bytes& bytes);

// Imports one file with whatever format it has. Fails the test on an error.
ImportReport imported(const std::string& path, const std::string& runs_dir,
                      const ImportOptions& options = {});
// The run of a report, verified: fails the test if it is not valid. All records and verdicts in order.
struct Run {
    wire::RunDescription description;
    std::vector<proto::SpillRecord> records;
    std::vector<proto::Verdict> verdicts;
};
Run read_run(const ImportReport& report);
// Samples of a trace as numbers.
std::vector<int> samples_of(const proto::SpillRecord& record, const proto::Trace& trace);

// A recording beside the checkout (../shared/data/waveforms), empty with a printed SKIPPED line if it is not
// there.
std::string shared_waveform(const std::string& name);

}  // namespace spillgate::offline::test

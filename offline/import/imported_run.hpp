// The run that an import writes: records in, verdicts made, ledger summed, run closed.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <tuple>

#include "offline/import/import.hpp"
#include "proto/ledger.hpp"
#include "proto/run_file/run_writer.hpp"
#include "proto/spill_record.hpp"

namespace spillgate::offline {

// Owns the run's files. Single-threaded.
class ImportedRun {
  public:
    // Takes a run number from runs_dir's catalogue and begins the run; runs_dir is made if it is missing.
    // `config` is what the run says of itself (effective config). Errors: as RunCatalogue and RunWriter.
    static proto::Result<ImportedRun> create(const std::string& runs_dir, const ImportOptions& options,
                                             const config::Config& config, const std::string& imported_from);

    // A record to fill; the memory of earlier ones is reused.
    proto::SpillRecord& next_record();
    // Numbers the record (slot, sequence), writes it and its verdict: complete, charge missing. `faults` of
    // this slot have been counted by the caller.
    proto::Status append();
    proto::Ledger& ledger() { return ledger_; }

    std::uint64_t slots() const { return slots_; }
    // Ends the run; fills run, directory, slots, streams and ledger of the report. After a failed append the
    // reason says so and whole blocks stay.
    proto::Status finish(const std::vector<wire::ImportedFile>& files, const proto::Status& so_far,
                         ImportReport& report);

  private:
    ImportedRun() = default;
    void count_streams(const proto::SpillRecord& record);

    wire::RunDescription description_;
    std::unique_ptr<proto::RunWriter> writer_;
    std::shared_ptr<proto::SpillRecord> record_;
    std::string runs_dir_;
    proto::Ledger ledger_;
    std::uint64_t slots_ = 0;
    std::uint64_t sequence_ = 0;
    std::uint64_t unsynced_ = 0;
    std::int64_t last_utc_ns_ = 0;
    std::map<std::tuple<std::uint32_t, std::uint32_t, bool>, ImportedStream> streams_;
};

}  // namespace spillgate::offline

// The unbinned table: one row per window and detector channel of every slot with record and verdict, as HDF5.
// docs/outputs.md names the columns. One group per chain, because chains differ in their variables.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "offline/engine.hpp"
#include "offline/export/export.hpp"
#include "offline/export/hdf5_file.hpp"
#include "proto/spill_record.hpp"

namespace spillgate::offline {

// Owns a file that appears whole at finish(). Memory is bounded: rows are written in chunks. The rows are in
// the order of add(). With a blinded config the rows of windows that may be in time say only what the verdict
// says: whether something was found, and what, is sealed.
class CandidateTable {
  public:
    // `opened`: with the key to the runs (blinding/shown.hpp) nothing is sealed.
    CandidateTable(std::shared_ptr<const Engine> engine, std::string path, bool opened = false);
    ~CandidateTable();

    void add(std::string_view daemon, const SlotCandidates& candidates, const proto::Verdict& verdict);
    // Provenance goes into the file's attributes. Errors: IO, DISK_FULL.
    proto::Status finish(const Provenance& provenance, const Spectra& spectra);
    std::uint64_t rows() const;

  private:
    struct Column;
    struct ChainTable;
    ChainTable& table_of(std::size_t channel);
    bool sealed(std::size_t window, const SlotCandidates& candidates, const proto::Verdict& verdict) const;

    std::shared_ptr<const Engine> engine_;
    Hdf5Writer file_;
    bool seals_ = false;
    std::vector<std::string> daemons_;
    std::vector<std::unique_ptr<ChainTable>> tables_;  // by index into Config.chain
    std::vector<std::size_t> table_of_channel_;        // by index into Config.channel
};

}  // namespace spillgate::offline

// The acts of unblinding, <runs_dir>/unblindings/NNNN.txtpb: one file each (wire.Unblinding, protobuf text),
// written once, read-only, each naming the SHA-256 of the one before. Only this log makes the key that opens
// sealed counts.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "proto/result.hpp"
#include "proto/schema/unblinding.pb.h"

namespace spillgate::proto {

// An act as it stands in the log.
struct LoggedUnblinding {
    wire::Unblinding act;
    std::string sha256;  // of its file
};

// "unblinding 3 (0123abcd), signed by A. Person": what outputs cite.
std::string citation_of(const LoggedUnblinding& logged);

// The key to the sealed counts of some runs. Nothing else can make one than UnblindingLog::grant().
class Unsealing {
  public:
    // The acts that opened these runs, in the log's order; never empty.
    const std::vector<LoggedUnblinding>& acts() const { return acts_; }
    bool covers(std::uint32_t run) const;
    std::string citation() const;  // of all acts, with "; " between

  private:
    friend class UnblindingLog;
    explicit Unsealing(std::vector<LoggedUnblinding> acts) : acts_(std::move(acts)) {}
    std::vector<LoggedUnblinding> acts_;
};

class UnblindingLog {
  public:
    // What there is now; a runs directory without a log has an empty one. A log whose chain is broken is
    // opened, too: it grants nothing. Errors: IO.
    static Result<UnblindingLog> open(const std::string& runs_dir);

    const std::vector<LoggedUnblinding>& acts() const { return acts_; }
    // What is wrong with the chain, and with which file: CORRUPT, with path.
    const Status& chain() const { return chain_; }
    // The key, if every one of `runs` is opened by an act of an unbroken chain. Nothing for no run.
    std::optional<Unsealing> grant(std::span<const std::uint32_t> runs) const;
    // Adds an act: its number and previous_sha256 are filled in here, everything else is the caller's.
    // Durable when it returns, and never half a file. Errors: CONFIG (who, why or which runs are missing);
    // CORRUPT (the chain is broken); EXISTS (somebody else's act has got this number: open the log again);
    // IO, DISK_FULL.
    Result<LoggedUnblinding> append(wire::Unblinding act);

    static std::string directory_of(const std::string& runs_dir);  // "<runs_dir>/unblindings"

  private:
    explicit UnblindingLog(std::string directory) : directory_(std::move(directory)) {}
    Status read_chain(const std::vector<std::string>& names);

    std::string directory_;
    std::vector<LoggedUnblinding> acts_;
    Status chain_;
};

}  // namespace spillgate::proto

// The versions of a good-run list, DIRECTORY/NNNN.txtpb: each written once, read-only, naming the SHA-256 of
// the one before. Any of them is a list that `--good-runs` takes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "offline/exposure/good_runs.hpp"
#include "offline/exposure/good_stretches.hpp"
#include "proto/numbered_files.hpp"
#include "proto/result.hpp"

namespace spillgate::offline {

// What a person says of a stretch: its note is the reason.
struct GoodRunFlag {
    bool good = false;
    Stretch stretch;
};

struct GoodRunSigning {
    std::uint32_t replaces = 0;  // the version that the person has seen as the newest; 0: there was none
    std::string name;            // of the list, if this is its first version
    std::string signed_by;
    std::int64_t utc_ns = 0;
    std::vector<GoodRunFlag> flags;  // in their order
    std::string note;                // more than the flags' reasons; may be empty
};

class GoodRunLog {
  public:
    // What there is now; without the directory, nothing. A log whose chain is broken is opened, too: what is
    // before the break is there, and nothing can be added. Errors: IO.
    static proto::Result<GoodRunLog> open(const std::string& directory);

    const std::vector<GoodRuns>& versions() const { return versions_; }  // version i + 1
    // What is wrong with the chain, and with which file: CORRUPT, with path.
    const proto::Status& chain() const { return chain_; }
    // Adds a version: the newest one, changed by the flags. Its note has each flag with its reason. Durable
    // when it returns, and never half a file. Errors: CONFIG (nobody signs, no flag, a flag without a reason
    // or of no stretch); CORRUPT (the chain is broken); EXISTS (there is a newer version than `replaces`, by
    // whom); IO, DISK_FULL.
    proto::Result<GoodRuns> sign(const GoodRunSigning& signing,
                                 proto::FileLayer& files = proto::posix_file_layer());

  private:
    explicit GoodRunLog(std::string directory) : directory_(std::move(directory)) {}
    proto::Status read_chain(const std::vector<std::string>& names);

    std::string directory_;
    std::vector<GoodRuns> versions_;
    proto::Status chain_;
};

// Whether the versions before `good` that lie beside it are those that it was made from. One that stands
// alone, or under another name, has none. Errors: CORRUPT, naming the file that has been changed or replaced.
proto::Status check_versions_before(const GoodRuns& good);

}  // namespace spillgate::offline

// The versions of the good-run list as they are on disk, read again only when a file of theirs has changed.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "offline/exposure/good_run_log.hpp"

namespace spillgate::online {

class GoodRunsAtHand {  // one thread at a time
  public:
    // A file that was changed less than `settled` ago may change again without a later time of change: until
    // then it is read each time.
    explicit GoodRunsAtHand(std::string directory, std::chrono::nanoseconds settled = std::chrono::seconds(2))
        : directory_(std::move(directory)), settled_(settled) {}

    // As GoodRunLog::open at this moment, by whoever the files were written, exchanged or changed. Costs a
    // look at each file's state. Errors: IO.
    proto::Result<std::shared_ptr<const offline::GoodRunLog>> log();
    std::uint64_t readings() const { return readings_; }  // of all files, since it was made

  private:
    struct FileState {  // what a change of a file changes
        std::string name;
        std::uint64_t device = 0, number = 0, bytes = 0;
        std::int64_t changed_ns = 0;  // its inode: content, or whose it is
        bool operator==(const FileState&) const = default;
    };
    static FileState state_of(const std::string& directory, const std::string& name);

    std::string directory_;
    std::chrono::nanoseconds settled_;
    std::vector<FileState> files_;
    std::shared_ptr<const offline::GoodRunLog> log_;
    std::uint64_t readings_ = 0;
};

}  // namespace spillgate::online

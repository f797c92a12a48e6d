#include "online/quality/good_runs_at_hand.hpp"

#include <algorithm>

#include <sys/stat.h>

#include "proto/numbered_files.hpp"
#include "proto/time.hpp"

namespace spillgate::online {

namespace {

constexpr std::int64_t s_ns = 1'000'000'000;

}  // namespace

// All zero: it is not there any more, or nobody may look.
GoodRunsAtHand::FileState GoodRunsAtHand::state_of(const std::string& directory, const std::string& name) {
    FileState state;
    state.name = name;
    struct stat found{};
    if (::stat((directory + "/" + name).c_str(), &found) != 0) return state;
    state.device = found.st_dev;
    state.number = found.st_ino;
    state.bytes = static_cast<std::uint64_t>(found.st_size);
    state.changed_ns = found.st_ctim.tv_sec * s_ns + found.st_ctim.tv_nsec;
    return state;
}

proto::Result<std::shared_ptr<const offline::GoodRunLog>> GoodRunsAtHand::log() {
    const auto names = proto::numbered_names(directory_);
    if (!names) return names.error();
    const std::int64_t now_ns = proto::utc_now_ns();
    std::vector<FileState> files;
    for (const auto& name : *names)
        files.push_back(state_of(directory_, name));
    if (log_ && files == files_) return log_;
    auto read = offline::GoodRunLog::open(directory_);
    if (!read) return read.error();
    ++readings_;
    log_ = std::make_shared<const offline::GoodRunLog>(std::move(*read));
    files_ = std::move(files);
    const bool settled = std::ranges::all_of(
        files_, [&](const FileState& file) { return file.changed_ns < now_ns - settled_.count(); });
    auto at_hand = log_;
    if (!settled) log_.reset();
    return at_hand;
}

}  // namespace spillgate::online

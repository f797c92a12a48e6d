#include "daq/doctor/disk_checks.hpp"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "daq/byte_text.hpp"
#include "proto/run_file/file_layer.hpp"

namespace spillgate::daq::doctor {

namespace {

constexpr std::uint64_t most_bytes = std::uint64_t{128} << 20;
constexpr std::size_t piece_bytes = std::size_t{4} << 20;
constexpr auto longest = std::chrono::seconds(2);
constexpr double comfortable = 2;  // times the expected rate
constexpr double soon_hours = 24;

// The daemon makes runs_dir if it is missing; until then the folder above says what the disk is like.
std::string existing(const std::string& path) {
    std::error_code ignored;
    auto at = std::filesystem::absolute(path, ignored);
    while (at.has_parent_path() && at != at.parent_path() && !std::filesystem::exists(at, ignored))
        at = at.parent_path();
    return at.string();
}

// A file without a name: gone with its descriptor, whatever happens. Owns it.
class NamelessFile {
  public:
    explicit NamelessFile(const std::string& directory) {
        auto pattern = directory + "/.spillgate-doctor-XXXXXX";
        file_ = ::mkostemp(pattern.data(), O_CLOEXEC);
        if (file_ >= 0) ::unlink(pattern.c_str());
    }
    ~NamelessFile() {
        if (file_ >= 0) ::close(file_);
    }
    NamelessFile(const NamelessFile&) = delete;
    NamelessFile& operator=(const NamelessFile&) = delete;
    int get() const { return file_; }

  private:
    int file_ = -1;
};

// Bytes per second, everything being on the disk at the end.
proto::Result<double> write_rate(const std::string& directory, std::uint64_t at_most) {
    const auto failure = [&] {
        return proto::error(proto::ErrorKind::IO, fmt::format("{}: {}", directory, std::strerror(errno)),
                            errno);
    };
    const NamelessFile file(directory);
    if (file.get() < 0) return failure();
    // A disk, or a file system, may know how to keep zeros small.
    std::vector<char> piece(piece_bytes);
    std::uint64_t state = 0x9e3779b97f4a7c15;
    for (auto& byte : piece) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        byte = static_cast<char>(state >> 56);
    }
    const auto begin = std::chrono::steady_clock::now();
    std::uint64_t written = 0;
    while (written + piece_bytes <= at_most && std::chrono::steady_clock::now() - begin < longest) {
        const auto n = ::write(file.get(), piece.data(), piece.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return failure();
        written += static_cast<std::uint64_t>(n);
        // In steps, as the recorder does, so that a slow disk is seen before all of it waits in memory.
        if (written % (piece_bytes * 4) == 0 && ::fdatasync(file.get()) != 0) return failure();
    }
    if (::fdatasync(file.get()) != 0) return failure();
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
    return static_cast<double>(written) / elapsed.count();
}

std::string rate_text(const ExpectedRate& expected) {
    if (expected.bytes_per_s <= 0) return fmt::format("expected rate not known ({})", expected.missing);
    return fmt::format(
        "expected are {}/s{}", byte_text(expected.bytes_per_s),
        expected.missing.empty() ? "" : fmt::format(" and what comes of {}", expected.missing));
}

}  // namespace

Finding check_free_space(const std::string& runs_dir, const config::Storage& storage,
                         const ExpectedRate& expected, std::optional<double> present_bytes_per_s) {
    const auto directory = existing(runs_dir);
    const auto free = proto::posix_file_layer().free_bytes(directory);
    if (!free) return unknown("free space", free.error().message);
    const auto needed = storage.stop_below_bytes() + storage.reserve_bytes();
    const double rate = present_bytes_per_s.value_or(expected.bytes_per_s);
    const double left = *free > needed ? static_cast<double>(*free - needed) : 0;
    const double hours = rate > 0 ? left / rate / 3600 : 0;
    auto found = fmt::format("{} in {}", byte_text(*free), directory);
    if (rate > 0)
        found += fmt::format(", {:.1f} hours at {}/s ({})", hours, byte_text(rate),
                             present_bytes_per_s ? "of the run in progress" : "expected");
    const std::string advice =
        "move runs that have been copied away, or name another disk as storage.runs_dir";
    if (*free < needed)
        return bad("free space", fmt::format("{}; no run begins below {}", found, byte_text(needed)), advice);
    if (*free < storage.warn_below_bytes())
        return warn("free space",
                    fmt::format("{}; warn_below_bytes is {}", found, byte_text(storage.warn_below_bytes())),
                    advice);
    if (rate > 0 && hours < soon_hours) return warn("free space", found, advice);
    return ok("free space", found);
}

Finding check_disk_speed(const std::string& runs_dir, const config::Storage& storage,
                         const ExpectedRate& expected) {
    const auto directory = existing(runs_dir);
    const auto free = proto::posix_file_layer().free_bytes(directory);
    if (!free) return unknown("disk speed", free.error().message);
    if (*free < storage.stop_below_bytes() + storage.reserve_bytes() + most_bytes)
        return unknown("disk speed", fmt::format("too little room in {} to try it", directory));
    const auto rate = write_rate(directory, most_bytes);
    if (!rate) return bad("disk speed", rate.error().message, "let this user write to runs_dir");
    const auto found =
        fmt::format("{}/s written and synced in {}; {}", byte_text(*rate), directory, rate_text(expected));
    if (*rate < expected.bytes_per_s)
        return bad("disk speed", found,
                   "record to a faster disk, or keep less (channel policies, record_ns)");
    if (*rate < comfortable * expected.bytes_per_s)
        return warn("disk speed", found, "a disk should take twice the rate, since others use it too");
    return ok("disk speed", found);
}

}  // namespace spillgate::daq::doctor

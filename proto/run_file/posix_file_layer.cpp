#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "proto/run_file/file_layer.hpp"
#include "proto/run_file/group_file_layer.hpp"

namespace spillgate::proto {

namespace {

Error system_error(std::string_view what, const std::string& path, int code = errno) {
    ErrorKind kind = ErrorKind::IO;
    if (code == ENOSPC || code == EDQUOT) kind = ErrorKind::DISK_FULL;
    if (code == EEXIST) kind = ErrorKind::EXISTS;
    if (code == ENOENT) kind = ErrorKind::NOT_FOUND;
    return error(kind, fmt::format("{} {}: {}", path, what, std::strerror(code)), code);
}

// Owns a file descriptor.
class Descriptor {
  public:
    explicit Descriptor(int fd) : fd_(fd) {}
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return fd_; }

  private:
    int fd_;
};

// Owns an open file.
class PosixFile final : public WritableFile {
  public:
    PosixFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}

    Status append(std::span<const iovec> pieces) override {
        if (broken_) return error(ErrorKind::IO, fmt::format("{} could not be restored earlier", path_));
        todo_.assign(pieces.begin(), pieces.end());
        std::uint64_t at = size_;
        std::size_t next = 0;
        while (true) {
            while (next < todo_.size() && todo_[next].iov_len == 0)
                ++next;
            if (next == todo_.size()) break;
            const auto wrote = ::pwritev(fd_.get(), &todo_[next], static_cast<int>(todo_.size() - next),
                                         static_cast<off_t>(at));
            if (wrote < 0 && errno == EINTR) continue;
            if (wrote < 0) return undo(system_error("cannot be written", path_));
            at += static_cast<std::uint64_t>(wrote);
            auto left = static_cast<std::size_t>(wrote);
            for (; left > 0 && left >= todo_[next].iov_len; ++next)
                left -= todo_[next].iov_len;
            if (left > 0) {
                todo_[next].iov_base = static_cast<char*>(todo_[next].iov_base) + left;
                todo_[next].iov_len -= left;
            }
        }
        size_ = at;
        return {};
    }

    Status sync() override {
        if (::fdatasync(fd_.get()) != 0) return system_error("cannot be synced", path_);
        return {};
    }

    Status reserve(std::uint64_t bytes) override {
        int result = 0;
        do
            result = ::fallocate(fd_.get(), FALLOC_FL_KEEP_SIZE, static_cast<off_t>(size_),
                                 static_cast<off_t>(bytes));
        while (result != 0 && errno == EINTR);
        if (result == 0) return {};
        if (errno == EOPNOTSUPP || errno == ENOSYS)
            return error(ErrorKind::UNSUPPORTED, fmt::format("{}: the file system cannot reserve", path_),
                         errno);
        return system_error("cannot reserve space", path_);
    }

    Status truncate(std::uint64_t size) override {
        if (::ftruncate(fd_.get(), static_cast<off_t>(size)) != 0)
            return system_error("cannot be truncated", path_);
        size_ = size;
        return {};
    }

    Status make_read_only() override {
        if (::fchmod(fd_.get(), 0444) != 0) return system_error("cannot be made read-only", path_);
        return {};
    }

    std::uint64_t size() const override { return size_; }

  private:
    Error undo(Error cause) {
        if (::ftruncate(fd_.get(), static_cast<off_t>(size_)) != 0) broken_ = true;
        return cause;
    }

    Descriptor fd_;
    std::string path_;
    std::uint64_t size_ = 0;
    bool broken_ = false;  // a partial write could not be undone
    std::vector<iovec> todo_;
};

class PosixFileLayer final : public FileLayer {
  public:
    // No `mode`: as the umask lets everybody read.
    explicit PosixFileLayer(std::optional<mode_t> mode = std::nullopt) : mode_(mode) {}

    Status make_directory(const std::string& path) override {
        if (::mkdir(path.c_str(), 0755) != 0) return system_error("cannot be made", path);
        return {};
    }

    Result<std::unique_ptr<WritableFile>> create(const std::string& path) override {
        const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode_.value_or(0644));
        if (fd < 0) return system_error("cannot be created", path);
        auto file = std::make_unique<PosixFile>(fd, path);
        if (mode_ && ::fchmod(fd, *mode_) != 0) {
            auto failed = system_error("cannot be given its mode", path);
            ::unlink(path.c_str());
            return failed;
        }
        return std::unique_ptr<WritableFile>(std::move(file));
    }

    Status replace(const std::string& path, std::string_view content) override {
        const std::string fresh = path + ".new";
        ::unlink(fresh.c_str());  // left by a crash
        auto file = create(fresh);
        if (!file) return file.error();
        const iovec piece{const_cast<char*>(content.data()), content.size()};
        Status status = (*file)->append(std::span(&piece, 1));
        if (status) status = (*file)->sync();
        if (status && ::rename(fresh.c_str(), path.c_str()) != 0)
            status = system_error("cannot be renamed", fresh);
        if (!status) {
            ::unlink(fresh.c_str());
            return status;
        }
        return sync_directory(path.substr(0, path.find_last_of('/') + 1));
    }

    Status sync_directory(const std::string& path) override {
        const std::string& name = path.empty() ? here_ : path;
        const Descriptor fd(::open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (fd.get() < 0 || ::fsync(fd.get()) != 0) return system_error("cannot be synced", name);
        return {};
    }

    Status remove(const std::string& path) override {
        if (std::remove(path.c_str()) != 0) return system_error("cannot be removed", path);
        return {};
    }

    Result<std::uint64_t> free_bytes(const std::string& path) override {
        struct statvfs space{};
        if (::statvfs(path.c_str(), &space) != 0) return system_error("cannot be examined", path);
        return std::uint64_t{space.f_bavail} * space.f_frsize;
    }

  private:
    const std::string here_ = ".";
    const std::optional<mode_t> mode_;
};

}  // namespace

FileLayer& posix_file_layer() {
    static PosixFileLayer layer;
    return layer;
}

FileLayer& group_file_layer() {
    static PosixFileLayer layer(0640);
    return layer;
}

}  // namespace spillgate::proto

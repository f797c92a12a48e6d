#include "proto/run_file/input_file.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace spillgate::proto {

namespace {

Error read_error(const std::string& path, int code) {
    return error(code == ENOENT ? ErrorKind::NOT_FOUND : ErrorKind::IO,
                 fmt::format("{} cannot be read: {}", path, std::strerror(code)), code);
}

}  // namespace

Result<InputFile> InputFile::open(const std::string& path) {
    // Not blocking: a FIFO in place of a file must not hang the reader.
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return read_error(path, errno);
    InputFile file(fd, path);
    struct stat status{};
    if (::fstat(fd, &status) != 0) return read_error(path, errno);
    if (!S_ISREG(status.st_mode)) return error(ErrorKind::IO, fmt::format("{} is not a file", path));
    return file;
}

InputFile::InputFile(InputFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)) {}

InputFile& InputFile::operator=(InputFile&& other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(path_, other.path_);
    return *this;
}

InputFile::~InputFile() {
    if (fd_ >= 0) ::close(fd_);
}

Result<std::uint64_t> InputFile::size() const {
    struct stat status{};
    if (::fstat(fd_, &status) != 0) return read_error(path_, errno);
    return static_cast<std::uint64_t>(status.st_size);
}

Status InputFile::read(std::uint64_t offset, std::span<std::byte> bytes) const {
    while (!bytes.empty()) {
        const auto got = ::pread(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return read_error(path_, errno);
        if (got == 0) return error(ErrorKind::TRUNCATED, fmt::format("{} ends at {}", path_, offset));
        offset += static_cast<std::uint64_t>(got);
        bytes = bytes.subspan(static_cast<std::size_t>(got));
    }
    return {};
}

Result<std::string> read_file(const std::string& path, std::size_t most) {
    auto file = InputFile::open(path);
    if (!file) return file.error();
    const auto size = file->size();
    if (!size) return size.error();
    if (*size > most)
        return error(ErrorKind::CORRUPT,
                     fmt::format("{} is {} bytes long; at most {} are allowed", path, *size, most));
    std::string text(*size, '\0');
    if (auto status = file->read(0, std::as_writable_bytes(std::span(text))); !status) return status.error();
    return text;
}

}  // namespace spillgate::proto

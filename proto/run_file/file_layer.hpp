// What the run-file writer asks of an operating system. The real one is POSIX; tests put one below that
// forgets what was not synced, fails with ENOSPC at a chosen write, or stalls.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include <sys/uio.h>

#include "proto/result.hpp"

namespace spillgate::proto {

class WritableFile {
  public:
    virtual ~WritableFile() = default;
    virtual Status append(
        std::span<const iovec> pieces) = 0;  // all or an error; a partial write is completed or undone
    virtual Status sync() = 0;               // durable when it returns
    virtual Status reserve(std::uint64_t bytes) = 0;  // blocks allocated past the end, size unchanged
    virtual Status truncate(std::uint64_t size) = 0;
    virtual Status make_read_only() = 0;
    virtual std::uint64_t size() const = 0;
};

class FileLayer {
  public:
    virtual ~FileLayer() = default;
    virtual Status make_directory(const std::string& path) = 0;  // EXISTS if it does
    virtual Result<std::unique_ptr<WritableFile>> create(
        const std::string& path) = 0;  // O_EXCL; EXISTS if it does
    virtual Status replace(const std::string& path, std::string_view content) = 0;  // atomically, synced
    virtual Status sync_directory(const std::string& path) = 0;
    virtual Status remove(const std::string& path) = 0;
    virtual Result<std::uint64_t> free_bytes(const std::string& path) = 0;
};

FileLayer& posix_file_layer();

}  // namespace spillgate::proto

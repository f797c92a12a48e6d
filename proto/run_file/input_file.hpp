// Reads a file at given offsets. pread, not a mapping: a file that shrinks under a reader is an error here,
// not a signal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "proto/result.hpp"

namespace spillgate::proto {

class InputFile {  // owns a file descriptor
  public:
    // Errors: NOT_FOUND, IO.
    static Result<InputFile> open(const std::string& path);
    InputFile(InputFile&& other) noexcept;
    InputFile& operator=(InputFile&& other) noexcept;
    ~InputFile();

    Result<std::uint64_t> size() const;
    // Fills `bytes`. Errors: IO; TRUNCATED if the file ends before.
    Status read(std::uint64_t offset, std::span<std::byte> bytes) const;
    const std::string& path() const { return path_; }

  private:
    InputFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
    int fd_ = -1;
    std::string path_;
};

// A whole small file. Errors: NOT_FOUND, IO; CORRUPT if it is longer than `most`.
Result<std::string> read_file(const std::string& path, std::size_t most);

}  // namespace spillgate::proto

// A foreign file, read at any position; every read is bounded by the file's size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "proto/result.hpp"

namespace spillgate::offline {

// Owns an open file.
class InputBytes {
  public:
    // Errors: NOT_FOUND, IO (a directory and the like included).
    static proto::Result<InputBytes> open(const std::string& path);
    InputBytes(InputBytes&& other) noexcept;
    InputBytes& operator=(InputBytes&& other) noexcept;
    ~InputBytes();

    const std::string& path() const { return path_; }
    std::string name() const;  // without directories
    std::uint64_t size() const { return size_; }
    bool holds(std::uint64_t offset, std::uint64_t bytes) const {
        return offset <= size_ && bytes <= size_ - offset;
    }
    // Fills `into`. Errors: TRUNCATED (the file does not reach so far, or has become shorter), IO.
    proto::Status read(std::uint64_t offset, std::span<std::byte> into) const;
    proto::Result<std::string> sha256() const;  // lower-case hexadecimal

  private:
    InputBytes(std::string path, int descriptor, std::uint64_t size);
    std::string path_;
    int descriptor_ = -1;
    std::uint64_t size_ = 0;
};

// Numbers at any alignment.
std::uint16_t little_u16(const std::byte* at);
std::uint32_t little_u32(const std::byte* at);
double little_f64(const std::byte* at);
std::uint32_t big_u32(const std::byte* at);

}  // namespace spillgate::offline

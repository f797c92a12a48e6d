// The one member of a zip archive, as a stream of bytes with an upper bound.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "proto/result.hpp"

namespace spillgate::offline {

// Owns the open archive. Memory does not grow with what the archive claims to hold.
class ZipMember {
  public:
    // Opens the member named like the archive without its suffix, or the only one. Errors: NOT_FOUND, IO,
    // CORRUPT (not a zip archive, no such member), UNSUPPORTED (encrypted, or a compression that libzip does
    // not know).
    static proto::Result<ZipMember> open(const std::string& path, std::uint64_t max_bytes);
    ZipMember(ZipMember&&) noexcept;
    ZipMember& operator=(ZipMember&&) noexcept;
    ~ZipMember();

    // Bytes read, fewer than asked for only at the end. Errors: CORRUPT (checksum or compressed data; more
    // than max_bytes in all: a decompression bomb).
    proto::Result<std::size_t> read(std::span<std::byte> into);
    std::uint64_t bytes_read() const { return bytes_read_; }

  private:
    struct Handles;
    ZipMember(std::string path, std::uint64_t max_bytes, std::unique_ptr<Handles> handles);
    std::string path_;
    std::uint64_t max_bytes_;
    std::uint64_t bytes_read_ = 0;
    std::unique_ptr<Handles> handles_;
};

}  // namespace spillgate::offline

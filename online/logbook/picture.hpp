// Pictures pasted into the logbook. What is kept is never what was sent: a PNG is decoded and written anew,
// with nothing in it but its pixels. Nothing else than PNG is taken; the browser draws whatever was pasted on
// a canvas first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "proto/result.hpp"

namespace spillgate::online {

inline constexpr std::size_t max_picture_bytes = std::size_t{4} << 20;  // as sent
inline constexpr std::uint32_t max_picture_side = 4096;                 // pixels: 64 MiB decoded

struct Picture {
    std::string png;     // 8-bit RGBA, chunks IHDR, IDAT, IEND alone
    std::string sha256;  // of it: its name
    std::uint32_t width = 0;
    std::uint32_t height = 0;
};

// Whether this can be the name of one: a SHA-256 in lower-case hexadecimal.
bool is_picture_name(std::string_view sha256);

// Takes up to some 100 MB and a second. Errors: UNSUPPORTED (no PNG, interlaced), REFUSED (too large),
// CORRUPT.
proto::Result<Picture> reencode_png(std::span<const std::byte> sent);

// The pictures of the logbook, DIRECTORY/SHA256.png.
class PictureStore {  // makes the directory; from any thread
  public:
    // A picture needs `spare_bytes` of free space beside its own.
    PictureStore(std::string directory, std::uint64_t spare_bytes)
        : directory_(std::move(directory)), spare_bytes_(spare_bytes) {}

    proto::Status save(const Picture& picture) const;  // DISK_FULL, IO
    // The file's bytes. Errors: NOT_FOUND (also for a name that is no SHA-256), IO.
    proto::Result<std::string> load(std::string_view sha256) const;

  private:
    std::string directory_;
    std::uint64_t spare_bytes_;
};

}  // namespace spillgate::online

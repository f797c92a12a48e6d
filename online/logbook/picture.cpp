#include "online/logbook/picture.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <vector>

#include <fmt/format.h>
#include <png.h>

#include "proto/run_file/file_layer.hpp"
#include "proto/strict_text.hpp"
#include "proto/wire.hpp"

namespace spillgate::online {

namespace {

using proto::error;
using proto::ErrorKind;
using Bytes = std::span<const std::byte>;

// PNG (ISO/IEC 15948), 5.2 and 5.3: a signature, then chunks of length, name, data, CRC.
constexpr std::array<unsigned char, 8> signature{0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
constexpr std::size_t chunk_frame = 12;  // length, name and CRC
constexpr std::size_t ihdr_bytes = 13;
constexpr std::size_t bytes_per_pixel = 4;
constexpr std::size_t sha256_digits = 64;

std::uint32_t big_endian(Bytes bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i)
        value = value << 8 | std::to_integer<std::uint32_t>(bytes[at + i]);
    return value;
}

std::string_view text_at(Bytes bytes, std::size_t at, std::size_t size) {
    return {reinterpret_cast<const char*>(bytes.data()) + at, size};
}

proto::Status check_header(Bytes sent) {
    const std::size_t data = signature.size() + 8;
    if (sent.size() < data + ihdr_bytes + 4 || text_at(sent, signature.size() + 4, 4) != "IHDR" ||
        big_endian(sent, signature.size()) != ihdr_bytes)
        return error(ErrorKind::CORRUPT, "the picture does not begin with its header");
    const std::uint32_t width = big_endian(sent, data);
    const std::uint32_t height = big_endian(sent, data + 4);
    if (width == 0 || height == 0) return error(ErrorKind::CORRUPT, "the picture has no pixels");
    if (width > max_picture_side || height > max_picture_side)
        return error(ErrorKind::REFUSED, fmt::format("the picture has {} × {} pixels; allowed are {} × {}",
                                                     width, height, max_picture_side, max_picture_side));
    if (std::to_integer<int>(sent[data + 12]) != 0)
        return error(ErrorKind::UNSUPPORTED, "the picture is interlaced; allowed is a plain PNG");
    return {};
}

// Only what is needed for pixels: libpng never sees text, profiles and whatever else can be packed into a
// PNG.
proto::Result<std::string> pixels_only(Bytes sent) {
    std::string kept(text_at(sent, 0, signature.size()));
    for (std::size_t at = signature.size(); sent.size() - at >= chunk_frame;) {
        const std::uint32_t length = big_endian(sent, at);
        if (length > sent.size() - at - chunk_frame)
            return error(ErrorKind::CORRUPT, "a chunk of the picture is longer than the picture");
        const auto name = text_at(sent, at + 4, 4);
        if (name == "IHDR" || name == "PLTE" || name == "tRNS" || name == "IDAT" || name == "IEND")
            kept += text_at(sent, at, chunk_frame + length);
        if (name == "IEND") return kept;
        at += chunk_frame + length;
    }
    return error(ErrorKind::CORRUPT, "the picture is cut");
}

// libpng's simplified interface, which keeps its errors inside.
struct Image {  // owns libpng's state
    Image() { image.version = PNG_IMAGE_VERSION; }
    ~Image() { png_image_free(&image); }
    Image(const Image&) = delete;
    Image& operator=(const Image&) = delete;
    proto::Error said(ErrorKind kind) const {
        return error(kind, fmt::format("the picture: {}", image.message));
    }
    png_image image{};
};

proto::Result<std::string> written(const Image& decoded, const std::vector<png_byte>& pixels) {
    Image out;
    out.image.width = decoded.image.width;
    out.image.height = decoded.image.height;
    out.image.format = PNG_FORMAT_RGBA;
    out.image.flags = PNG_IMAGE_FLAG_FAST;
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(out.image);
    std::string png(size, '\0');
    if (png_image_write_to_memory(&out.image, png.data(), &size, 0, pixels.data(), 0, nullptr) == 0)
        return out.said(ErrorKind::IO);
    png.resize(size);
    return png;
}

}  // namespace

bool is_picture_name(std::string_view sha256) {
    return sha256.size() == sha256_digits && std::ranges::all_of(sha256, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

proto::Result<Picture> reencode_png(Bytes sent) {
    if (sent.size() < signature.size() || std::memcmp(sent.data(), signature.data(), signature.size()) != 0)
        return error(ErrorKind::UNSUPPORTED, "this is no PNG; only PNG pictures are taken");
    if (sent.size() > max_picture_bytes)
        return error(ErrorKind::REFUSED,
                     fmt::format("the picture has {} bytes; allowed are {}", sent.size(), max_picture_bytes));
    if (auto good = check_header(sent); !good) return good.error();
    const auto plain = pixels_only(sent);
    if (!plain) return plain.error();
    Image in;
    if (png_image_begin_read_from_memory(&in.image, plain->data(), plain->size()) == 0)
        return in.said(ErrorKind::CORRUPT);
    // libpng's header is the one that was checked, or this is not taken.
    if (in.image.width > max_picture_side || in.image.height > max_picture_side)
        return error(ErrorKind::CORRUPT, "the picture has two headers");
    in.image.format = PNG_FORMAT_RGBA;
    in.image.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
    std::vector<png_byte> pixels(std::size_t{in.image.width} * in.image.height * bytes_per_pixel);
    if (png_image_finish_read(&in.image, nullptr, pixels.data(), 0, nullptr) == 0)
        return in.said(ErrorKind::CORRUPT);
    const auto fresh = written(in, pixels);
    if (!fresh) return fresh.error();
    // libpng's writer says of the colours that they are sRGB: a chunk that nobody needs.
    auto bare = pixels_only(std::as_bytes(std::span(*fresh)));
    if (!bare) return bare.error();
    Picture picture;
    picture.png = std::move(*bare);
    picture.sha256 = proto::sha256_hex(picture.png);
    picture.width = in.image.width;
    picture.height = in.image.height;
    return picture;
}

proto::Status PictureStore::save(const Picture& picture) const {
    std::error_code failed;
    std::filesystem::create_directories(directory_, failed);
    if (failed)
        return error(ErrorKind::IO, fmt::format("{}: {}", directory_, failed.message()), failed.value());
    const std::string path = fmt::format("{}/{}.png", directory_, picture.sha256);
    if (std::filesystem::exists(path, failed)) return {};
    auto& files = proto::posix_file_layer();
    const auto free = files.free_bytes(directory_);
    if (!free) return free.error();
    if (*free < spare_bytes_ + picture.png.size())
        return error(ErrorKind::DISK_FULL,
                     fmt::format("no picture is taken: {} has {} bytes left; {} stay free", directory_, *free,
                                 spare_bytes_));
    return files.replace(path, picture.png);
}

proto::Result<std::string> PictureStore::load(std::string_view sha256) const {
    if (!is_picture_name(sha256)) return error(ErrorKind::NOT_FOUND, "a picture is named by its SHA-256");
    return proto::read_text(fmt::format("{}/{}.png", directory_, sha256));
}

}  // namespace spillgate::online

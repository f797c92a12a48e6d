#include "tests/online/png_samples.hpp"

#include <stdexcept>

#include <png.h>
#include <zlib.h>

namespace spillgate::test {

namespace {

constexpr std::size_t first_chunk = 8;  // after the signature
constexpr std::size_t ihdr_data = first_chunk + 8;
constexpr std::size_t ihdr_bytes = 13;

std::string big_endian(std::uint32_t value) {
    std::string out;
    for (int shift = 24; shift >= 0; shift -= 8)
        out += static_cast<char>(value >> shift & 0xff);
    return out;
}

std::uint32_t number_at(const std::string& bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i)
        value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    return value;
}

std::uint32_t checksum(std::string_view bytes) {
    return static_cast<std::uint32_t>(
        ::crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
}

void seal_header(std::string& png) {
    const std::string_view all(png);
    png.replace(ihdr_data + ihdr_bytes, 4, big_endian(checksum(all.substr(first_chunk + 4, 4 + ihdr_bytes))));
}

}  // namespace

std::vector<std::uint8_t> gradient(std::uint32_t width, std::uint32_t height) {
    std::vector<std::uint8_t> rgba;
    for (std::uint32_t y = 0; y < height; ++y) {
        for (std::uint32_t x = 0; x < width; ++x) {
            for (const std::uint32_t part : {7 * x, 11 * y, x + y, 255 - x})
                rgba.push_back(static_cast<std::uint8_t>(part));
        }
    }
    return rgba;
}

std::string png_of(const std::vector<std::uint8_t>& rgba, std::uint32_t width, std::uint32_t height) {
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    image.width = width;
    image.height = height;
    image.format = PNG_FORMAT_RGBA;
    png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
    std::string png(size, '\0');
    if (png_image_write_to_memory(&image, png.data(), &size, 0, rgba.data(), 0, nullptr) == 0)
        throw std::runtime_error(image.message);
    png.resize(size);
    return png;
}

std::vector<std::uint8_t> pixels_of(const std::string& png) {
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    if (png_image_begin_read_from_memory(&image, png.data(), png.size()) == 0)
        throw std::runtime_error(image.message);
    image.format = PNG_FORMAT_RGBA;
    std::vector<std::uint8_t> rgba(PNG_IMAGE_SIZE(image));
    if (png_image_finish_read(&image, nullptr, rgba.data(), 0, nullptr) == 0)
        throw std::runtime_error(image.message);
    return rgba;
}

std::vector<std::string> chunks_of(const std::string& png) {
    std::vector<std::string> names;
    for (std::size_t at = first_chunk; at + 12 <= png.size(); at += 12 + number_at(png, at))
        names.push_back(png.substr(at + 4, 4));
    return names;
}

std::string with_chunk(const std::string& png, std::string_view name, const char* data, std::size_t size) {
    std::string body(name);
    body.append(data, size);
    const std::string chunk =
        big_endian(static_cast<std::uint32_t>(size)) + body + big_endian(checksum(body));
    std::string out = png;
    out.insert(ihdr_data + ihdr_bytes + 4, chunk);
    return out;
}

std::string with_size(std::string png, std::uint32_t width, std::uint32_t height) {
    png.replace(ihdr_data, 8, big_endian(width) + big_endian(height));
    seal_header(png);
    return png;
}

std::string interlaced(std::string png) {
    png[ihdr_data + ihdr_bytes - 1] = 1;
    seal_header(png);
    return png;
}

}  // namespace spillgate::test

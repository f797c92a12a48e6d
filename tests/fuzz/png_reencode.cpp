#include <cstdlib>
#include <span>

#include <zlib.h>

#include "online/logbook/picture.hpp"
#include "tests/fuzz/fuzz_targets.hpp"
#include "tests/online/png_samples.hpp"

namespace spillgate::fuzz {

namespace {

constexpr std::size_t signature_bytes = 8;
constexpr std::size_t chunk_frame = 12;
constexpr std::uint64_t enough_pixels = 1 << 20;  // more take memory, and show nothing new

void promise(bool kept) {
    if (!kept) std::abort();
}

std::uint32_t big_endian(const std::string& bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i)
        value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    return value;
}

void reseal_all(std::string& png) {
    for (std::size_t at = signature_bytes; at + chunk_frame <= png.size();) {
        const std::uint64_t length = big_endian(png, at);
        if (length > png.size() - at - chunk_frame) return;
        const auto* const body = reinterpret_cast<const Bytef*>(png.data()) + at + 4;
        const auto sum = static_cast<std::uint32_t>(::crc32(0, body, static_cast<uInt>(4 + length)));
        for (std::size_t i = 0; i < 4; ++i)
            png[at + 8 + length + i] = static_cast<char>(sum >> (24 - 8 * i) & 0xff);
        at += chunk_frame + length;
    }
}

bool is_huge(const std::string& png) {
    constexpr std::size_t width = signature_bytes + 8;
    return png.size() > width + 8 &&
           std::uint64_t{big_endian(png, width)} * big_endian(png, width + 4) > enough_pixels;
}

}  // namespace

void png_reencode(const std::uint8_t* data, std::size_t size) {
    if (size < 1) return;
    std::string png(reinterpret_cast<const char*>(data) + 1, size - 1);
    if ((data[0] & 1) != 0) reseal_all(png);
    if (is_huge(png)) return;
    const auto taken = online::reencode_png(std::as_bytes(std::span(png)));
    if (!taken) return;
    promise(taken->width > 0 && taken->width <= online::max_picture_side);
    promise(taken->height > 0 && taken->height <= online::max_picture_side);
    const auto again = online::reencode_png(std::as_bytes(std::span(taken->png)));
    promise(again.has_value() && again->png == taken->png && online::is_picture_name(again->sha256));
    for (const auto& name : test::chunks_of(taken->png))
        promise(name == "IHDR" || name == "IDAT" || name == "IEND");
}

std::vector<std::string> png_reencode_seeds() {
    std::vector<std::string> seeds;
    for (const char flags : {'\0', '\1'}) {
        const auto plain = test::png_of(test::gradient(9, 7), 9, 7);
        seeds.push_back(flags + plain);
        seeds.push_back(flags + test::with_chunk(plain, "tEXt", "a\0b", 3));
        seeds.push_back(flags + test::with_chunk(plain, "PLTE", "abcdef", 6));
        seeds.push_back(flags + test::with_size(plain, 64, 64));
    }
    return seeds;
}

}  // namespace spillgate::fuzz

// Small PNG files, good and less so.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace spillgate::test {

std::vector<std::uint8_t> gradient(std::uint32_t width, std::uint32_t height);  // RGBA
std::string png_of(const std::vector<std::uint8_t>& rgba, std::uint32_t width, std::uint32_t height);
std::vector<std::uint8_t> pixels_of(const std::string& png);  // RGBA
std::vector<std::string> chunks_of(const std::string& png);   // their names, in order

// One more chunk before the first IDAT.
std::string with_chunk(const std::string& png, std::string_view name, const char* data, std::size_t size);
// Another size in the header than the pixels have; checksums right.
std::string with_size(std::string png, std::uint32_t width, std::uint32_t height);
std::string interlaced(std::string png);

}  // namespace spillgate::test

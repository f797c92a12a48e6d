// What takes bytes from outside, as fuzz targets: each must survive any input, and aborts where it breaks a
// promise.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace spillgate::fuzz {

// Byte 0: bit 0 makes the checksum right, bit 1 takes the rest as a verdict; bytes 1 and 2: length of the
// header; then header and samples.
void decode_spill(const std::uint8_t* data, std::size_t size);
std::vector<std::string> decode_spill_seeds();

// Byte 0: bit 0 makes the checksums of all blocks right that are where they say; then the segment, which the
// reader must read to its end.
void read_segment(const std::uint8_t* data, std::size_t size);
std::vector<std::string> read_segment_seeds();

// Byte 0: the format, modulo their number; then a foreign recording's file, of which everything that is taken
// for whole must lie inside it.
void import_recording(const std::uint8_t* data, std::size_t size);
std::vector<std::string> import_recording_seeds();

// Byte 0: bit 0 makes the checksums of all chunks right; then a picture for the logbook. What is taken is
// written anew in a form that is taken again, as it is.
void png_reencode(const std::uint8_t* data, std::size_t size);
std::vector<std::string> png_reencode_seeds();

}  // namespace spillgate::fuzz

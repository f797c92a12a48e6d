// Writes CsI minute files in the recording's own container, from any waveforms: docs/import.md.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace spillgate::tests {

inline constexpr std::size_t minute_record_samples = 35000;

// Fills one record's raw codes, both channels of minute_record_samples.
using WaveformSource =
    std::function<void(std::size_t record, std::span<std::int8_t> csi, std::span<std::int8_t> muon)>;

struct MinuteFile {
    std::size_t records = 3600;  // a minute at 60 Hz
    // Records of the chunks in turn, again from the front when used up; each 1 to 10.
    std::vector<std::uint32_t> chunks{10, 10, 3, 1, 7};
    // yy mm dd hh mm ss of record 0; record k comes k/60 s later, its fraction in hundredths.
    std::array<std::uint8_t, 6> begin{15, 6, 28, 13, 45, 0};
    bool closing_chunk = true;
};

// What the zip member holds, uncompressed.
std::vector<std::byte> minute_bytes(const MinuteFile& file, const WaveformSource& source);

// One zip archive with one member. Throws std::runtime_error if it cannot be written.
void write_zip(const std::string& path, const std::string& member, std::span<const std::byte> bytes);

// DIRECTORY/HHMMSS.zip with its member HHMMSS; returns the path.
std::string write_minute_file(const std::string& directory, const MinuteFile& file,
                              const WaveformSource& source);

}  // namespace spillgate::tests

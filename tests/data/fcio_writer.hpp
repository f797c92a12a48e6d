// Writes FCIO files (FlashCam): docs/import.md.
#pragma once

#include "tests/data/byte_writer.hpp"

namespace spillgate::tests {

struct FcioFile {
    std::uint32_t channels = 2, triggers = 0, samples = 8, bits = 16;
    bool gps = false;
    std::vector<std::uint32_t> trace_map{};    // empty: without this field
    std::int32_t utc_seconds = 1'537'868'606;  // of the host's clock at PPS 0 ...
    std::int32_t utc_microseconds = 220'822;   // ... without GPS
    std::int32_t gps_utc_seconds = 1'537'868'607;
};

struct FcioTestEvent {
    std::int32_t number = 0, pps = 0, ticks = 0, max_ticks = 249'999'999;
    std::uint16_t base = 0;
    bool dead_region = true;
    std::vector<std::uint16_t> sparse{};  // which traces a sparse event has, in its order
};

// A record of any tag.
void put_fcio_record(Bytes& out, std::int32_t tag, const std::vector<Bytes>& fields);
// First tag, protocol's name, config.
Bytes fcio_header(const FcioFile& file);
// Trace t has FPGA baseline 1000 + t, energy 2000 + t, sample i base + 100 t + i.
void put_fcio_event(Bytes& out, const FcioFile& file, const FcioTestEvent& event);
void put_fcio_sparse_event(Bytes& out, const FcioFile& file, const FcioTestEvent& event);

}  // namespace spillgate::tests

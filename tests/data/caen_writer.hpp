// Writes recordings of CAEN's programs: WaveDump and CoMPASS files. docs/import.md.
#pragma once

#include "tests/data/byte_writer.hpp"

namespace spillgate::tests {

// A WaveDump event with header, of board 31; sample i is base + i.
void put_wavedump_event(Bytes& out, std::uint32_t channel, std::uint32_t counter, std::uint32_t tag,
                        std::uint32_t samples, std::uint16_t base);

// Sample i is base + i.
struct CompassTestEvent {
    std::uint16_t board = 0, channel = 0;
    std::uint64_t time_ps = 0;
    std::uint16_t energy = 0, energy_short = 0;
    double calibrated_energy = 0;
    std::uint32_t flags = 0;
    std::uint32_t samples = 8;
    std::uint16_t base = 0;
};
// `header`: the file header word that says which fields there are. The waveform code, 1, is left out by the
// program's first version.
void put_compass_event(Bytes& out, std::uint16_t header, const CompassTestEvent& event,
                       bool waveform_code = true);

}  // namespace spillgate::tests

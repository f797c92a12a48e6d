// Which fields the events of a CoMPASS file have: from its header, or, in files of CoMPASS 1 that have none,
// from several events that fit together. Source: CAEN UM5960 (CoMPASS), file formats. Little-endian.
#pragma once

#include <cstdint>
#include <optional>

#include "offline/import/input_bytes.hpp"

namespace spillgate::offline {

inline constexpr std::uint16_t compass_magic = 0xCAE0;  // in the upper 12 bits of the file's first word

// An event: u16 board, u16 channel, u64 time in ps, energies, u32 flags, then with waveforms {u8 code, u32
// samples, the samples}.
struct CompassLayout {
    std::uint32_t file_header_bytes = 0;
    std::uint32_t energy_bytes = 0;  // energy (2), calibrated energy (8) and short energy (2), in that order
    bool waveforms = false;
    bool waveform_code = false;
    bool operator==(const CompassLayout&) const = default;

    std::uint32_t event_header_bytes() const {
        return 12 + energy_bytes + 4 + (waveforms ? 4 : 0) + (waveform_code ? 1 : 0);
    }
};

inline constexpr std::uint32_t compass_longest_event_header = 12 + 12 + 4 + 4 + 1;

// What an event says before its samples.
struct CompassEvent {
    std::uint32_t board = 0;
    std::uint32_t channel = 0;
    std::uint64_t time_ps = 0;
    std::uint32_t flags = 0;
    std::uint32_t samples = 0;
};

// Whether the first word is a CoMPASS header.
bool is_compass_header(std::uint32_t word);

// By a header word; file_header_bytes stays 0.
CompassLayout compass_layout_of(std::uint32_t header);

// Errors: TRUNCATED (the file ends inside the event's header), CORRUPT (board, channel, time or length beyond
// what a digitizer can have). The samples may reach beyond the file.
proto::Result<CompassEvent> read_compass_event(const InputBytes& file, const CompassLayout& layout,
                                               std::uint64_t offset);

// The layout of the file: by its header, else by `header`, else the only one in which its first events, at
// least `least_events`, fit together. Errors: TRUNCATED, UNSUPPORTED (none or several fit).
proto::Result<CompassLayout> find_compass_layout(const InputBytes& file, std::optional<std::uint32_t> header,
                                                 std::uint32_t least_events);

}  // namespace spillgate::offline

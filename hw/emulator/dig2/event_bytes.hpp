// Events of the VX27xx as bytes on its data connection, from CAEN's description of the formats (shared with
// no reader): 64-bit big-endian words.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace spillgate::hw::emulator::dig2 {

using Bytes = std::vector<std::uint8_t>;

void put_word(Bytes& to, std::uint64_t word);

struct ScopeHead {
    bool board_fail = false;
    std::uint32_t trigger_id = 0;  // low 24 bits are sent
    std::uint64_t stamp = 0;       // low 48 bits are sent
    std::uint64_t channels = 0;    // mask
};
// `samples`: of each channel of the mask, lowest first, `count` each, a multiple of four.
void put_scope_event(Bytes& to, const ScopeHead& head, std::span<const std::uint16_t> samples,
                     std::size_t count);

struct PsdHit {
    std::uint32_t channel = 0;
    std::uint64_t stamp = 0;
    std::uint16_t energy = 0;
    std::uint16_t energy_short = 0;
    std::uint16_t fine = 0;
    std::uint8_t flags_high = 0;
    bool wide = false;  // samples of 16 bits instead of 14
};
// An even number of samples; of `wide` ones a multiple of four.
void put_psd_hit(Bytes& to, const PsdHit& hit, std::span<const std::uint16_t> samples);
void put_psd_statistics(Bytes& to, std::uint32_t channel, std::uint64_t stamp, std::uint64_t dead_stamps,
                        std::uint32_t triggers, std::uint32_t saved);
void put_aggregate(Bytes& to, std::uint32_t counter, std::span<const std::uint8_t> hits);

void put_start_event(Bytes& to, std::uint32_t record_samples, std::uint64_t channels);
void put_stop_event(Bytes& to, std::uint64_t stamp, std::uint32_t dead_stamps);
void put_time_event(Bytes& to, std::uint64_t stamp);

// The 32 bytes in front of a piece of data. Size 0: data were cleared.
Bytes block_header(std::uint64_t bytes, std::uint32_t events, bool aligned);

}  // namespace spillgate::hw::emulator::dig2

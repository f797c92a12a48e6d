// Events of the DPP-PSD firmware: aggregates of hits, each of one channel. Source: caen-dig2,
// src/endpoints/dpppsd.cpp and aggregate_endpoint.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "hw/dig2/fault.hpp"
#include "hw/dig2/words.hpp"

namespace spillgate::hw::dig2 {

struct Aggregate {
    bool flush = false;
    bool board_fail = false;
    std::uint32_t counter = 0;  // 24 bits
    Words hits;
};
Aggregate parse_aggregate(Words event);

struct Hit {
    enum class Samples : std::uint8_t {
        NONE,
        BITS_14,  // two samples a word, beside other probes
        BITS_16,  // four samples a word
    };
    struct Counters {
        std::uint32_t triggers = 0;  // 24 bits
        std::uint32_t saved = 0;     // 24 bits
    };
    std::uint32_t channel = 0;
    bool special = false;      // statistics of its channel, no hit
    std::uint64_t stamp = 0;   // 48 bits, of one sample
    std::uint64_t word = 0;    // its second word, which has all of the following
    std::uint16_t energy = 0;  // long gate
    std::uint16_t energy_short = 0;
    std::uint16_t fine_stamp = 0;  // 10 bits
    std::uint8_t flags_high = 0;
    std::uint16_t flags_low = 0;  // 12 bits
    Samples kind = Samples::NONE;
    unsigned factor = 1;            // of 14-bit samples
    unsigned ticks_per_sample = 1;  // 1, 2, 4 or 8
    bool truncated = false;
    std::uint32_t samples = 0;
    Words waveform;
    std::optional<std::uint64_t> dead_stamps;  // special: since the start
    std::optional<Counters> counters;          // special: since the start
};

// Takes the next hit off `rest`. After a fault other than NONE, HIT_REDUCED, HIT_WITHOUT_WAVEFORM and
// HIT_PROBE_UNEXPECTED the rest of the aggregate has lost its meaning.
Fault take_hit(Words& rest, Hit& out);
bool can_go_on_after(Fault fault);

// out.size() = hit.samples.
void unpack(const Hit& hit, std::span<std::uint16_t> out);

}  // namespace spillgate::hw::dig2

// A channel's words of one bank → traces. Every length is checked against what the settings say; behind the
// first event that contradicts them the rest of the channel's bank is given up, and nothing is searched for.
// A last event whose words before the samples are whole and right is taken as far as the bank holds it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "hw/sis3316/settings.hpp"
#include "hw/source.hpp"

namespace spillgate::hw::sis3316 {

struct TimeFrame {
    proto::ClockTime zero;      // domain and epoch of all times
    std::int64_t near = 0;      // timestamps are continued across wraps to the reading nearest to this
    std::int64_t earliest = 0;  // … and outside of [earliest, latest] cannot be of this bank
    std::int64_t latest = 0;
};

// The last event of a bank, which was closed while the event was being stored: ticks of its first missing raw
// sample, and of its end if it were whole.
struct CutEvent {
    std::int64_t from = 0;
    std::int64_t until = 0;
};

struct DecodedChannel {
    std::uint64_t events = 0;
    std::uint64_t misdated = 0;  // events whose timestamp cannot be
    std::string_view fault;      // why the rest was given up; empty: nothing was
    std::uint64_t words_given_up = 0;
    std::int64_t oldest = INT64_MAX;  // timestamps of the events that were taken
    std::int64_t newest = INT64_MIN;
    std::int64_t good_until = INT64_MIN;  // end of the last good event; INT64_MIN: none
    // End of the event that filled the bank. One that was in progress at the swap may have come behind it,
    // and triggers in between were lost.
    std::optional<std::int64_t> full_from;
    std::optional<CutEvent> cut;  // its traces are there, as far as they go: TRACE_TRUNCATED
};

// Appends traces and samples to the batch, in the order of memory.
DecodedChannel decode_channel(const ModuleSettings& settings, std::uint32_t board, std::uint32_t channel,
                              std::span<const std::uint32_t> words, const TimeFrame& frame, Batch& batch);

}  // namespace spillgate::hw::sis3316

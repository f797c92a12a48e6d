// Hand-made records for the PMT chain's tests.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "offline/reconstruction/chain.hpp"
#include "proto/schema/config.pb.h"
#include "proto/spill_record.hpp"

namespace spillgate::offline::test {

using Codes = std::vector<std::int32_t>;

// One board (8-bit signed, 500 MS/s), a detector channel 0 with veto channel 1, beam-triggered, chain "pmt".
config::Config beam_triggered_config();
// The same with 14-bit unsigned traces at 250 MS/s that trigger themselves.
config::Config self_triggered_config();

// A record in which one tick is one sample and t0 is tick 1000.
struct RecordBuilder {
    explicit RecordBuilder(double frequency_hz = 500e6);
    // Appends a trace that starts `first_tick` after t0; words are code << shift. Returns its index.
    std::uint32_t add_trace(std::uint32_t channel, std::int64_t first_tick, const Codes& codes,
                            proto::Encoding encoding = {8, true, 0});
    // Window with bounds in ticks after t0, holding all traces so far.
    void add_window(proto::WindowKind kind, std::int64_t pretrace_begin, std::int64_t pretrace_end,
                    std::int64_t roi_begin, std::int64_t roi_end);

    proto::SpillRecord record;
};

// Runs the config's first chain over the record: detector channel 0, veto channel 1.
std::vector<Candidate> reconstruct(const config::Config& config, const proto::SpillRecord& record);

// By the name that selections use; fails the test if there is none.
double value(const Candidate& candidate, std::string_view variable);
bool has_quality(const Candidate& candidate, std::string_view name);

// `length` samples at `level` with the given {position, value} pairs changed.
Codes flat(std::size_t length, std::int32_t level,
           const std::vector<std::pair<std::size_t, std::int32_t>>& at = {});

}  // namespace spillgate::offline::test

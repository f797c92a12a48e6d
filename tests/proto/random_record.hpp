// Records and verdicts for tests: a fixed one, and random ones that satisfy every invariant.
#pragma once

#include <memory>
#include <random>

#include "proto/wire.hpp"

namespace spillgate::proto::testing {

using Random = std::mt19937_64;

template <class Integer>
Integer uniform(Random& random, Integer low, Integer high) {
    return std::uniform_int_distribution<Integer>(low, high)(random);
}

// Two traces (raw in two clock domains), a C and an AC window, 14-bit samples that look like pulses.
SpillRecord fixed_record(std::uint64_t slot, std::uint64_t sequence, std::size_t samples_per_trace = 300);
Verdict fixed_verdict(std::uint64_t slot, std::uint64_t sequence);

// Anything that the contract allows, extremes included.
SpillRecord random_record(Random& random);
Verdict random_verdict(Random& random);

inline SpillPtr share(SpillRecord record) {
    return std::make_shared<const SpillRecord>(std::move(record));
}
inline std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text));
}

}  // namespace spillgate::proto::testing

// A stretch of a trace for the screen: every sample, or pairs of extremes, in few bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace spillgate::online {

struct ThinnedTrace {
    std::size_t from = 0;     // first sample
    std::size_t samples = 0;  // so many are told of
    std::size_t step = 1;     // 1: each of them by itself; else so many to a pair, the last may have fewer
    std::vector<std::int32_t> values;  // samples, or lowest and highest of each pair's
};

// Samples from … to − 1 (cut to those there are) as at most `pairs` pairs, or each by itself if there are no
// more than two for a pair; `pairs` 0: each by itself, however many. No extreme is lost.
ThinnedTrace thinned(std::span<const std::int32_t> codes, std::size_t from, std::size_t to,
                     std::size_t pairs);

// Values in base64 (RFC 4648), little-endian, in the first of int16, uint16, int32 that holds them all.
struct PackedValues {
    std::string_view type;
    std::string base64;
};
PackedValues packed(std::span<const std::int32_t> values);

}  // namespace spillgate::online

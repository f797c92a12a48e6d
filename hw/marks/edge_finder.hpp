// Logic pulses in a trace: their leading edges at half height, interpolated between samples in integers.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "proto/spill_record.hpp"

namespace spillgate::hw::marks {

// Heights in ADC codes from the baseline, widths in samples at half height; bounds belong to the range.
struct EdgeSettings {
    double height_min_adc = 1;
    double height_max_adc = 65535;
    double width_min_samples = 0;
    double width_max_samples = 1e9;
    bool negative = false;  // pulses go down
};

struct Edge {
    std::int64_t position = 0;       // of the leading edge, in 1/65536 sample from the trace's first
    double uncertainty_samples = 0;  // one standard deviation
};

// Why something that rose over half the least height is no mark.
enum class EdgeRefusal : std::uint8_t {
    HEIGHT,  // its height is out of range
    WIDTH,   // its width is
    CUT,     // the trace begins inside it, or within its baseline, or is too short to have one
};
inline constexpr int edge_refusal_count = 3;
// Counted under these names.
inline constexpr std::array<std::string_view, edge_refusal_count> edge_refusal_names{
    "mark-height-out-of-range", "mark-width-out-of-range", "mark-edge-cut"};

struct EdgeRefusals {
    std::array<std::uint64_t, edge_refusal_count> counts{};
    void add(EdgeRefusal why) { ++counts[static_cast<std::size_t>(why)]; }
    std::uint64_t of(EdgeRefusal why) const { return counts[static_cast<std::size_t>(why)]; }
};

// Samples of the baseline: the trace's first 16, or a quarter of a shorter trace.
inline constexpr std::size_t most_baseline_samples = 16;

// All edges of one trace, in order, appended to `edges`. With b the mean of the baseline's samples, a pulse
// is a run of samples that are at least height_min/2 over b; its height is its highest sample over b; its
// edge lies where the straight line between the last sample below half that height and the first one that is
// not crosses it (rounded down to 1/65536 sample); its width lasts to the sample at which it falls below half
// again. A pulse that the trace's end cuts is as wide as far as it is seen.
//
// The uncertainty is that of the interpolation, from the baseline's noise and the rounding of codes, over the
// slope; an edge that rises within one sample cannot be interpolated and is as uncertain as a sample is long,
// 1/√12.
void find_edges(std::span<const std::uint16_t> samples, const proto::Encoding& encoding,
                const EdgeSettings& settings, std::vector<Edge>& edges, EdgeRefusals& refusals);

}  // namespace spillgate::hw::marks

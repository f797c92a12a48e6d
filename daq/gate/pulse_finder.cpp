#include "daq/gate/pulse_finder.hpp"

#include <algorithm>
#include <cstdlib>

namespace spillgate::daq {

std::span<const SampleRange> PulseFinder::find(std::span<const std::uint16_t> samples,
                                               proto::Encoding encoding, double threshold,
                                               std::uint32_t margin) {
    ranges_.clear();
    if (samples.empty()) return ranges_;
    const auto code = [&](std::uint16_t word) {
        const std::int32_t value = encoding.is_signed ? static_cast<std::int16_t>(word) : word;
        return value >> encoding.shift;
    };
    // Signed codes lie above the unsigned ones' middle, so one table of 16 bits counts both in order.
    const std::int32_t bias = encoding.is_signed ? 32768 : 0;
    const auto place_of = [&](std::uint16_t word) { return code(word) + bias; };
    std::int32_t lowest = 65535;
    for (const auto word : samples) {
        const std::int32_t place = place_of(word);
        lowest = std::min(lowest, place);
        ++counts_[static_cast<std::size_t>(place)];
    }
    std::uint64_t running = 0;
    std::int32_t median = lowest;
    for (std::int32_t place = lowest; place < 65536; ++place) {
        running += counts_[static_cast<std::size_t>(place)];
        median = place;
        if (2 * running >= samples.size()) break;
    }
    for (const auto word : samples)
        counts_[static_cast<std::size_t>(place_of(word))] = 0;

    const auto count = static_cast<std::uint32_t>(samples.size());
    for (std::uint32_t i = 0; i < count; ++i) {
        if (std::abs(place_of(samples[i]) - median) < threshold) continue;
        const std::uint32_t begin = i - std::min(i, margin);
        const std::uint32_t end = count - i - 1 < margin ? count : i + 1 + margin;
        if (!ranges_.empty() && ranges_.back().end >= begin)
            ranges_.back().end = end;
        else
            ranges_.push_back({begin, end});
    }
    return ranges_;
}

}  // namespace spillgate::daq

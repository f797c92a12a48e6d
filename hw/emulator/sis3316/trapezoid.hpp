// The module's moving-average filter: the sum of P samples less the sum of the P samples that lie P + G
// before them, not normalised.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace spillgate::hw::emulator::sis3316 {

struct FirShape {
    std::uint32_t peaking = 2;  // P, samples
    std::uint32_t gap = 0;      // G
    std::uint32_t reach() const { return 2 * peaking + gap; }
};

// out[i] is the filter's value at samples[i + reach − 1], the newest sample included; as many values as that
// leaves. `inverted`: of the input turned upside down.
void trapezoid(std::span<const std::uint16_t> samples, FirShape shape, bool inverted,
               std::vector<std::int32_t>& out);

}  // namespace spillgate::hw::emulator::sis3316

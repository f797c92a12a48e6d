#include "hw/emulator/sis3316/trapezoid.hpp"

namespace spillgate::hw::emulator::sis3316 {

void trapezoid(std::span<const std::uint16_t> samples, FirShape shape, bool inverted,
               std::vector<std::int32_t>& out) {
    out.clear();
    const std::size_t reach = shape.reach();
    if (samples.size() < reach || shape.peaking == 0) return;
    const std::size_t p = shape.peaking;
    const std::size_t later = p + shape.gap;
    std::int32_t sum = 0;
    for (std::size_t i = 0; i < p; ++i)
        sum += samples[later + i] - samples[i];
    out.resize(samples.size() - reach + 1);
    const std::int32_t sign = inverted ? -1 : 1;
    for (std::size_t i = 0;; ++i) {
        out[i] = sign * sum;
        if (i + 1 == out.size()) return;
        sum += samples[i + reach] - samples[i + later] - samples[i + p] + samples[i];
    }
}

}  // namespace spillgate::hw::emulator::sis3316

#include "hw/simulation/channel_signal.hpp"

namespace spillgate::hw::simulation {

void append_rises(std::span<const float> signal, std::int64_t begin, float threshold,
                  std::vector<std::int64_t>& out) {
    bool over = false;
    for (std::size_t i = 0; i < signal.size(); ++i) {
        const bool was_over = over;
        over = signal[i] >= threshold;
        if (over && !was_over) out.push_back(begin + static_cast<std::int64_t>(i));
    }
}

}  // namespace spillgate::hw::simulation

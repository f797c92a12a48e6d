#include "hw/dig2/clock_tie.hpp"

#include <algorithm>
#include <cmath>

namespace spillgate::hw::dig2 {

namespace {

std::int64_t after(std::int64_t ticks, std::int64_t ns, double rate) {
    return ticks + static_cast<std::int64_t>(std::floor(static_cast<double>(ns) * rate));
}

}  // namespace

void ClockTie::saw(std::int64_t ticks, std::int64_t now_ns) {
    if (!seen_ && ticks > at_most(now_ns)) {
        // It was not cleared at the start. When it was stamped is not known, only when it came: the module
        // may have held it back for the tolerance that at_most() grants.
        cleared_ = false;
        high_ticks_ = ticks;
        high_at_ns_ = now_ns;
    }
    seen_ = true;
    if (ticks > at_least(now_ns)) {
        low_ticks_ = ticks;
        low_at_ns_ = now_ns;
    }
}

std::int64_t ClockTie::at_least(std::int64_t now_ns) const {
    return after(low_ticks_, std::max<std::int64_t>(now_ns - low_at_ns_, 0), ticks_per_ns_ * (1 - drift));
}

std::int64_t ClockTie::highest(std::int64_t now_ns) const {
    return after(high_ticks_, now_ns - high_at_ns_, ticks_per_ns_ * (1 + drift));
}

std::int64_t ClockTie::at_most(std::int64_t now_ns) const {
    // A second for what is not the clocks': scheduling, buffers on the way, a counter that started before the
    // command's reply was written.
    constexpr std::int64_t grace_ns = 1'000'000'000;
    return highest(now_ns + grace_ns);
}

std::int64_t ClockTie::uncertainty(std::int64_t now_ns) const {
    return std::max<std::int64_t>(highest(now_ns) - at_least(now_ns), 0);
}

}  // namespace spillgate::hw::dig2

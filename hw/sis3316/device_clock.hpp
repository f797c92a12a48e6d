// Where a module's timestamp counter must be at a moment of the host's clock. What is certain are bounds:
// an event in a closed bank happened before that bank's swap was acknowledged, and one in a later bank ends
// after the swap was sent; in between, the counter runs at its nominal frequency within `drift`. No event is
// needed for the bounds to move on. With a clear of the counter as the first tie they start within the
// request's way there and back; without one, the first event is the tie.
#pragma once

#include <cstdint>
#include <optional>

namespace spillgate::hw::sis3316 {

// Fifteen times what a crystal does; an external clock must be configured as exactly as this.
inline constexpr double drift = 1.5e-3;

class DeviceClock {
  public:
    explicit DeviceClock(double frequency_hz) : ticks_per_ns_(frequency_hz * 1e-9) {}

    // The counter read zero at some moment between these two of the host's steady clock.
    void cleared(std::int64_t sent_ns, std::int64_t acknowledged_ns);
    // The counter had reached `ticks` by this moment …
    void reached(std::int64_t ticks, std::int64_t by_ns);
    // … and had not gone beyond `ticks` at that one.
    void not_beyond(std::int64_t ticks, std::int64_t at_ns);

    // Certainly reached at the moment; nothing before the first tie.
    std::optional<std::int64_t> lower(std::int64_t at_ns) const;
    // Certainly not passed at the moment; nothing while no tie says so.
    std::optional<std::int64_t> upper(std::int64_t at_ns) const;
    bool is_tied() const { return low_.has_value(); }
    // In the middle of both bounds, `off` ticks from either; nothing while one of them is not known.
    struct Estimate {
        std::int64_t ticks = 0;
        std::int64_t off = 0;
    };
    std::optional<Estimate> estimate(std::int64_t at_ns) const;

  private:
    struct Tie {
        std::int64_t ticks = 0;
        std::int64_t host_ns = 0;
    };
    double ticks_per_ns_;
    std::optional<Tie> low_;
    std::optional<Tie> high_;
};

// The reading of a 48-bit counter, continued across its wraps: the one nearest to `near`.
std::int64_t continued(std::uint64_t timestamp, std::int64_t near);

}  // namespace spillgate::hw::sis3316

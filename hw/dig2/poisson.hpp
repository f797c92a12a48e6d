// Moments of a Poisson process on the host's clock.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <random>

namespace spillgate::hw::dig2 {

class PoissonMoments {
  public:
    // rate_hz 0: never.
    PoissonMoments(double rate_hz, std::int64_t now_ns, std::uint64_t seed)
        : rate_hz_(rate_hz), random_(seed) {
        next_ns_ = now_ns;
        step();
    }
    std::int64_t next_ns() const { return next_ns_; }
    // The next moment has come. One that is long past counts from now: a trigger that is late must not bring
    // a burst, which no Poisson process has.
    void pass(std::int64_t now_ns) {
        next_ns_ = now_ns;
        step();
    }

  private:
    void step() {
        if (!(rate_hz_ > 0)) {
            next_ns_ = std::numeric_limits<std::int64_t>::max();
            return;
        }
        std::exponential_distribution<double> gap_s(rate_hz_);
        next_ns_ += std::llround(gap_s(random_) * 1e9);
    }

    double rate_hz_;
    std::int64_t next_ns_ = 0;
    std::mt19937_64 random_;
};

}  // namespace spillgate::hw::dig2

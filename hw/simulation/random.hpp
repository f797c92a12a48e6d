// Random numbers that depend on a key alone: whatever is simulated is drawn from a stream of its own, named
// by seed, board, cycle, channel and purpose, so the order in which things are asked for changes nothing.
#pragma once

#include <cstdint>
#include <initializer_list>

namespace spillgate::hw::simulation {

// What a stream is for: part of its key.
enum class Purpose : std::uint64_t {
    FACILITY = 1,
    MARK_FAULTS,
    LINEAR_GATE,
    NOISE_TABLE,
    NOISE_OFFSET,
    BEAM_DEPOSITS,
    STEADY_DEPOSITS,
    REPORT_FAULTS,
};

// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014), keyed by hashing. A uniform random bit generator.
class Random {
  public:
    using result_type = std::uint64_t;
    explicit Random(std::initializer_list<std::uint64_t> key);

    static constexpr result_type min() { return 0; }
    static constexpr result_type max() { return ~result_type{0}; }
    result_type operator()();

    double uniform();                         // [0, 1), 53 bits
    bool chance(double probability);          // draws in any case
    double exponential(double mean);          // mean ≥ 0
    double normal();                          // mean 0, σ 1
    double gamma(double shape, double mean);  // shape > 0
    std::uint32_t poisson(double mean);       // mean ≥ 0
    std::uint64_t below(std::uint64_t n);     // [0, n), n > 0

  private:
    std::uint64_t state_ = 0;
};

}  // namespace spillgate::hw::simulation

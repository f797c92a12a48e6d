// Random and hostile records of a detector with several PMTs, as the engine reads them and as the slow chains
// do.
#pragma once

#include <random>
#include <vector>

#include "tests/offline/reconstruction/several_pmts.hpp"
#include "tests/offline/reference/slow_pmts.hpp"

namespace spillgate::tests {

struct RandomPmts {
    offline::test::SeveralPmtsRecord built;  // one window
    std::vector<SlowPmt> pmts;               // SPE charges still to be set
};

// Samples of ticks_per_sample · 4 ns. Whole records: a trace per PMT, now and then missing or short; else up
// to three traces of any length each. Light lies near the window's edges, `integration` samples before its
// end, and anywhere; some traces are saturated, flat, alternating or noise.
RandomPmts random_pmts(std::mt19937_64& random, std::size_t pmts, const SlowLight& settings,
                       std::uint32_t ticks_per_sample);

}  // namespace spillgate::tests

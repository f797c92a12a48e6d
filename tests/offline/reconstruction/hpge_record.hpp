// Hand-made records for the HPGe chain's tests.
#pragma once

#include <random>
#include <string_view>

#include "offline/reconstruction/candidate.hpp"
#include "tests/offline/reconstruction/pmt_record.hpp"

namespace spillgate::offline::test {

inline constexpr proto::Encoding hpge_encoding{14, false, 0};

// One board (14-bit unsigned, 250 MS/s, 4 ns samples), a detector channel 0 named "ge" with veto channel 1,
// self-triggered, chain "hpge" with short filters: baseline 100 samples, trapezoid 60 + 20, short trapezoid 4
// + 0 + 24, pick-off 75, current 5, decay 20 000 samples.
config::Config hpge_config();

// A step of `height` at sample `start` that rises over `rise` samples and decays with `decay` samples, added
// to the codes.
void add_step(Codes& codes, std::size_t start, double height, double rise = 10, double decay = 20000);
// Whole-number noise of about this rms.
void add_noise(Codes& codes, double rms, std::mt19937_64& random);

double hpge_value(const Candidate& candidate, std::string_view variable);
bool hpge_quality(const Candidate& candidate, std::string_view name);

}  // namespace spillgate::offline::test

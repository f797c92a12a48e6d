// The HPGe kernels written plainly from their definitions over samples: no prefix sums, no modular
// arithmetic, no vectors. Tests hold every vectorised target to it.
#pragma once

#include <cstdint>
#include <vector>

#include "offline/reconstruction/hpge/kernels.hpp"

namespace spillgate::tests {

using Words = std::vector<std::uint16_t>;
using Numbers = std::vector<std::int64_t>;  // rising numbers of a trace

Numbers plain_numbers(const Words& words, offline::hpge::RisingWords rising);
// Sum of the numbers [begin, end).
std::int64_t plain_sum(const Numbers& x, std::size_t begin, std::size_t end);

offline::hpge::Extremes plain_extremes(const Numbers& x);
offline::hpge::BaselineSums plain_baseline_sums(const Numbers& x, std::size_t samples);
std::uint64_t plain_sum_of_boxes(const Numbers& x, std::size_t begin, std::size_t end, std::size_t length);
offline::hpge::HighestStep plain_highest_step(const Numbers& x, std::size_t begin, std::size_t end,
                                              const offline::hpge::StepFilter& filter);
offline::hpge::HighestStep plain_highest_difference(const Numbers& x, std::size_t begin, std::size_t end,
                                                    std::size_t length);
offline::hpge::HighestEnergy plain_highest_energy(const Numbers& x, std::size_t begin, std::size_t end,
                                                  const offline::hpge::EnergyFilter& filter);

}  // namespace spillgate::tests

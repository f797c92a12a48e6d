// Where an interval ends, between the tested values of a Feldman–Cousins construction.
#pragma once

#include <span>
#include <vector>

#include "offline/fit/feldman_cousins.hpp"

namespace spillgate::offline::fit {

// Runs of accepted values, each end interpolated linearly to where Δχ² equals its critical value. Values that
// are not valid belong to no interval.
std::vector<Interval> accepted_intervals(std::span<const TestedValue> tested);

}  // namespace spillgate::offline::fit

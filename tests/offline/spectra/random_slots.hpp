// Slots with random verdicts and candidates, faults included; the same seed gives the same slots.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "offline/reconstruction/candidate.hpp"
#include "proto/spill_record.hpp"

namespace spillgate::offline::testing {

struct Slot {
    SlotCandidates candidates;
    proto::Verdict verdict;
};

// Slots first … first + n − 1 of one daemon, channels 0 and 1, up to three windows each. A tenth has no
// record.
std::vector<Slot> random_slots(std::uint64_t seed, std::size_t n, const std::string& daemon = "daq",
                               std::uint64_t first = 0);

}  // namespace spillgate::offline::testing

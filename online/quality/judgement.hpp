// A quantity against its band.
#pragma once

#include <string>

#include "online/quality/run_quantities.hpp"
#include "proto/schema/console.pb.h"

namespace spillgate::online {

struct Judgement {
    std::string verdict;  // "good", "doubtful", "bad", "unknown"
    std::string reason;   // empty if good
};

// Bad: outside [low, high] by more than its error. Doubtful: outside by less, or outside the warning bounds.
// Unknown: not known, or inside its band as far as it is known. Bounds belong to the band. O(1).
Judgement judgement_of(const RunQuantity& quantity, const config::QualityBand& band);

// "8 to 12 Hz, doubtful outside 9 to 11 Hz".
std::string words_of(const config::QualityBand& band, const std::string& unit);
// "7.12 ± 0.21 Hz", "not known".
std::string words_of(const RunQuantity& quantity);

}  // namespace spillgate::online

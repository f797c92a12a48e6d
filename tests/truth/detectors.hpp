// The detectors that are held to their bounds, and how each is compared.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "tests/truth/matching.hpp"
#include "tests/truth/rows.hpp"

namespace spillgate::truth {

struct Detector {
    std::string_view name;   // its configuration is NAME.txtpb
    std::string_view title;  // of its table
    std::string_view size;   // the chain's variable: "pe" or "energy_kev"
    MatchRule rule;
    // `run` for its configuration alone.
    std::function<std::vector<Row>(const SimulatedRun& run, const std::vector<Match>& matches)> rows;
};

const std::vector<Detector>& all_detectors();

}  // namespace spillgate::truth

// Which candidate a deposit became.
#pragma once

#include <vector>

#include "tests/truth/simulated_run.hpp"

namespace spillgate::truth {

// A deposit counts if nothing else can be mistaken for it: no other deposit within `quiet_before_ns` before
// it, in the roi before it, or `quiet_after_ns` after it, and no dark photoelectron in the latter two; if a
// roi holds it, `edge_ns` clear of the begin and `quiet_after_ns` of the end; and if the window has no
// quality bit. Its candidate is the window's, if that arrives no more than `early_ns` before and `late_ns`
// after it.
struct MatchRule {
    double quiet_before_ns = 0;
    double quiet_after_ns = 0;
    double edge_ns = 0;
    double early_ns = 0;
    double late_ns = 0;
};

struct Match {
    std::string kind;
    double truth_size = 0;
    bool found = false;
    double delay_ns = 0;  // of the candidate's arrival after the deposit
    double size = 0;
    double f90 = 0;
};

// By time.
std::vector<Match> match(const SimulatedRun& run, const MatchRule& rule);

}  // namespace spillgate::truth

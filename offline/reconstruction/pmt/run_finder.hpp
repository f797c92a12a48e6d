// The one pass over all samples of a trace: runs over threshold, and the extremes along with them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "offline/reconstruction/kernels/marks.hpp"
#include "offline/reconstruction/kernels/word_kernels.hpp"
#include "offline/reconstruction/pmt/word_order.hpp"

namespace spillgate::offline::pmt {

// Codes before correction; lowest > highest where there are no samples.
struct CodeRange {
    std::int32_t lowest = 0;
    std::int32_t highest = -1;
    // Whether some sample is at or beyond one of two codes.
    bool reaches(std::int32_t low, std::int32_t high) const {
        return lowest <= highest && (lowest <= low || highest >= high);
    }
};

// x = baseline − corrected code (pulses go down) or its negative (up).
struct RunRule {
    std::int32_t baseline = 0;
    std::int32_t threshold = 4;  // x ≥ threshold
    std::uint32_t min_width = 3;
    bool positive_pulses = false;
};

// Holds scratch memory; one per thread.
class RunFinder {
  public:
    // Calls run(first, after) for each run of at least min_width samples over threshold, in time order; a run
    // that lasts to the end of the trace has after == words.size().
    template <class Run>
    CodeRange operator()(std::span<const std::uint16_t> words, const WordOrder& order, const RunRule& rule,
                         Run&& run) {
        if (words.empty()) return {};
        const auto threshold = threshold_at(order, rule.baseline, rule.threshold, rule.positive_pulses);
        marks_.resize(kernels::mark_words(words.size()));
        auto ranks = kernels::mark_at_or_below(words, threshold.flip, threshold.rank, marks_);
        if (rule.positive_pulses)  // ranks were reversed
            ranks = {static_cast<std::int16_t>(~ranks.highest), static_cast<std::int16_t>(~ranks.lowest)};
        if (!threshold.none) kernels::for_each_marked_run(marks_, words.size(), rule.min_width, run);
        return {order.code(ranks.lowest), order.code(ranks.highest)};
    }

  private:
    std::vector<std::uint64_t> marks_;
};

}  // namespace spillgate::offline::pmt

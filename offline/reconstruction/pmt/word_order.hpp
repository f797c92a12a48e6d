// The order of a trace's words is that of its corrected codes (every code table rises or stays level, never
// falls), so medians and thresholds can be found on the words themselves, without correcting any.
#pragma once

#include <cstdint>
#include <span>

#include "offline/reconstruction/pmt/code_table.hpp"
#include "proto/spill_record.hpp"

namespace spillgate::offline::pmt {

class WordOrder {
  public:
    WordOrder(const proto::Encoding& encoding, const CodeTable& codes);

    // To be given to the kernels as `flip`: ranks then rise with the codes (or, reversed, fall).
    std::uint16_t flip() const { return flip_; }
    std::uint16_t reversed_flip() const { return static_cast<std::uint16_t>(~flip_); }

    // Corrected code of a rank.
    std::int32_t corrected(std::int32_t rank) const;
    // Code, before correction, of a rank.
    std::int32_t code(std::int32_t rank) const { return (rank >> shift_) + zero_; }
    // The highest rank whose corrected code is at most `corrected`; below −32768 if there is none, above
    // 32767 if every rank's is.
    std::int64_t last_rank_at_or_below(std::int32_t corrected) const;

  private:
    const CodeTable* codes_;
    std::uint16_t flip_;
    std::uint8_t shift_;
    std::int32_t zero_;  // code of the ranks 0 … 2^shift − 1
};

// The first corrected code, from below, at which the running count of the words reaches half of their number
// (2·count ≥ n); 0 for none. O(n), nearly always two reads of the words; allocates nothing.
std::int32_t median_code(std::span<const std::uint16_t> words, const WordOrder& order);

// Whether samples pass a threshold, as the kernels ask it: rank under `flip` at or below `rank`.
struct RankThreshold {
    std::uint16_t flip = 0;
    std::int16_t rank = 0;
    bool none = false;  // no word of the encoding passes
};
// Of x = baseline − code (pulses go down) or x = code − baseline (up): x ≥ threshold.
RankThreshold threshold_at(const WordOrder& order, std::int32_t baseline, std::int32_t threshold,
                           bool positive_pulses);

}  // namespace spillgate::offline::pmt

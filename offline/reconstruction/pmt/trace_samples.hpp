// The samples of a trace as the PMT chain sums them, worked out one by one from the words where they are
// asked for: most of a trace is never asked for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "offline/reconstruction/pmt/code_table.hpp"
#include "proto/spill_record.hpp"

namespace spillgate::offline::pmt {

// x[i] = baseline − corrected code, or its negative for positive pulses: pulses are positive. Refers to the
// record's words and to the code table. An empty one has no samples.
class TraceSamples {
  public:
    using value_type = std::int32_t;
    TraceSamples() = default;
    TraceSamples(std::span<const std::uint16_t> words, const proto::Encoding& encoding,
                 const CodeTable& codes, std::int32_t baseline, bool positive_pulses)
        : words_(words),
          encoding_(encoding),
          codes_(&codes),
          baseline_(baseline),
          sign_(positive_pulses ? -1 : 1) {}

    std::size_t size() const { return words_.size(); }
    std::int32_t corrected(std::size_t i) const { return codes_->corrected(code_of(words_[i], encoding_)); }
    std::int32_t operator[](std::size_t i) const { return sign_ * (baseline_ - corrected(i)); }

  private:
    std::span<const std::uint16_t> words_;
    proto::Encoding encoding_;
    const CodeTable* codes_ = nullptr;
    std::int32_t baseline_ = 0;
    std::int32_t sign_ = 1;
};

}  // namespace spillgate::offline::pmt

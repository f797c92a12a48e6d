// A digitizer's codes: from the 16-bit word to the stored code, and from the code to the corrected one.
#pragma once

#include <array>
#include <cstdint>

#include "proto/schema/config.pb.h"
#include "proto/spill_record.hpp"

namespace spillgate::offline::pmt {

// The code in a word: sign as the encoding says, shifted down by its shift.
inline std::int32_t code_of(std::uint16_t word, const proto::Encoding& encoding) {
    return (encoding.is_signed ? static_cast<std::int32_t>(static_cast<std::int16_t>(word))
                               : static_cast<std::int32_t>(word)) >>
           encoding.shift;
}

// Lowest and highest code that an encoding can hold.
std::int32_t lowest_code(const proto::Encoding& encoding);
std::int32_t highest_code(const proto::Encoding& encoding);

// docs/reconstruction.md, step 1: CSI_2017 c − ⌊(c+5)/11⌋, MUON_2017 c + sgn(c)·⌊(4−|c|)/11⌋. Both are tables
// of the 256 codes of that 8-bit signed digitizer; codes outside −128…127 are returned as they are. Corrected
// codes never fall as codes rise.
class CodeTable {
  public:
    explicit CodeTable(config::PmtChain::CodeTable table);
    bool is_identity() const { return identity_; }
    std::int32_t corrected(std::int32_t code) const {
        const auto index = static_cast<std::uint32_t>(code + 128);
        return index < corrected_.size() ? corrected_[index] : code;
    }
    // The highest code whose corrected code is at most this.
    std::int32_t last_at_or_below(std::int32_t corrected) const;

  private:
    bool identity_;
    std::array<std::int16_t, 256> corrected_;
};

}  // namespace spillgate::offline::pmt

// SPE charges of a chain's PMTs, and the whole numbers in which light of several PMTs is added.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <google/protobuf/repeated_field.h>

#include "proto/result.hpp"
#include "proto/schema/config.pb.h"

namespace spillgate::offline::pmt {

// Light is added in units of 2^-28 PE: sums are exact integers, equal on any machine, and one sample's share
// is wrong by less than 2^-13 of itself at any SPE charge that check_exact_sums() lets pass.
inline constexpr int pe_bits = 28;
// What one ADC count of a PMT is, in those units: 2^28 / SPE charge, to the nearest.
std::int64_t pe_weight(double spe_charge_adc);
inline double pe_of(std::int64_t sum) {
    return static_cast<double>(sum) / static_cast<double>(std::int64_t{1} << pe_bits);
}

// SPE charges by index of Config.channel and time, in ADC·samples.
class SpeCharges {
  public:
    using Slices = google::protobuf::RepeatedPtrField<config::SpeSlice>;

    // Where no slice holds, `spe_charge_adc`. Errors: CONFIG: a slice for a channel that neither names the
    // chain nor is partner of one that does; a slice that holds at no time.
    static proto::Result<SpeCharges> make(const std::string& chain, double spe_charge_adc,
                                          const Slices& slices, const config::Config& config);

    double of(std::uint16_t channel, std::int64_t utc_ns) const;
    double smallest() const { return smallest_; }
    double largest() const { return largest_; }

  private:
    double otherwise_ = 0, smallest_ = 0, largest_ = 0;
    std::vector<std::vector<config::SpeSlice>> slices_;  // by index of Config.channel
};

// So many samples can be added from `pmts` PMTs, and ten times their sum still be a 64-bit integer; at most
// 2^20, which bounds memory, too. Codes have 16 bits.
std::int64_t longest_exact_sum(const SpeCharges& charges, std::size_t pmts);

// Errors: CONFIG: sums of `samples` samples would not be exact integers, or a charge is so large that its
// weight has fewer than 12 bits.
proto::Status check_exact_sums(const std::string& chain, const SpeCharges& charges, std::int64_t samples,
                               std::size_t pmts);

}  // namespace spillgate::offline::pmt

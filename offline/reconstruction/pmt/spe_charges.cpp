#include "offline/reconstruction/pmt/spe_charges.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "offline/reconstruction/pmt/partners.hpp"

namespace spillgate::offline::pmt {

namespace {

constexpr std::int64_t least_weight = 1 << 12;
constexpr std::int64_t longest = 1 << 20;
constexpr double largest_x = 1 << 17;  // |baseline − code|
constexpr double room = 4.6e18 / 10;   // of 2^63, a half; rise times need ten times the sum

}  // namespace

std::int64_t pe_weight(double spe_charge_adc) {
    return std::llround(static_cast<double>(std::int64_t{1} << pe_bits) / spe_charge_adc);
}

proto::Result<SpeCharges> SpeCharges::make(const std::string& chain, double spe_charge_adc,
                                           const Slices& slices, const config::Config& config) {
    SpeCharges charges;
    charges.otherwise_ = charges.smallest_ = charges.largest_ = spe_charge_adc;
    charges.slices_.resize(static_cast<std::size_t>(config.channel_size()));
    for (const auto& slice : slices) {
        bool known = slice.channel().empty();
        for (int i = 0; i < config.channel_size(); ++i) {
            if (!is_pmt_of(config.channel(i), chain, config)) continue;
            if (!slice.channel().empty() && slice.channel() != config.channel(i).name()) continue;
            known = true;
            charges.slices_[static_cast<std::size_t>(i)].push_back(slice);
        }
        if (!known)
            return proto::error(
                proto::ErrorKind::CONFIG,
                fmt::format("chain '{}': spe_slice for channel '{}', which does not use this chain", chain,
                            slice.channel()));
        if (slice.valid_from_utc_ns() >= slice.valid_to_utc_ns())
            return proto::error(
                proto::ErrorKind::CONFIG,
                fmt::format(
                    "chain '{}': spe_slice from {} to {} holds at no time; valid_from must come first", chain,
                    slice.valid_from_utc_ns(), slice.valid_to_utc_ns()));
        charges.smallest_ = std::min(charges.smallest_, slice.spe_charge_adc());
        charges.largest_ = std::max(charges.largest_, slice.spe_charge_adc());
    }
    return charges;
}

double SpeCharges::of(std::uint16_t channel, std::int64_t utc_ns) const {
    if (channel < slices_.size())
        for (const auto& slice : slices_[channel])
            if (slice.valid_from_utc_ns() <= utc_ns && utc_ns < slice.valid_to_utc_ns())
                return slice.spe_charge_adc();
    return otherwise_;
}

std::int64_t longest_exact_sum(const SpeCharges& charges, std::size_t pmts) {
    const auto weight = static_cast<double>(pe_weight(charges.smallest()));
    const double samples = room / (weight * largest_x * static_cast<double>(pmts));
    return samples < static_cast<double>(longest) ? static_cast<std::int64_t>(samples) : longest;
}

proto::Status check_exact_sums(const std::string& chain, const SpeCharges& charges, std::int64_t samples,
                               std::size_t pmts) {
    if (const auto most = longest_exact_sum(charges, pmts); samples > most)
        return proto::error(
            proto::ErrorKind::CONFIG,
            fmt::format("chain '{}': light of {} PMTs with SPE charges from {} ADC·samples on can be added "
                        "over {} samples, not over {}; shorten the integration or mend the SPE charge",
                        chain, pmts, charges.smallest(), most, samples));
    if (pe_weight(charges.largest()) < least_weight)
        return proto::error(
            proto::ErrorKind::CONFIG,
            fmt::format("chain '{}': an SPE charge of {} ADC·samples; with several PMTs allowed: up to {}",
                        chain, charges.largest(), (1 << pe_bits) / least_weight));
    return {};
}

}  // namespace spillgate::offline::pmt

#include "online/channels/channel_tallies.hpp"

#include <algorithm>
#include <cmath>

#include "offline/reconstruction/pmt/partners.hpp"

namespace spillgate::online {

namespace {

constexpr std::size_t nowhere = static_cast<std::size_t>(-1);
constexpr double bins_per_pe = 12;  // its charge is spread by half of itself
constexpr double highest_pe = 6;

std::optional<offline::pmt::SpeCharges> spe_charges_of(const config::Chain& chain,
                                                       const config::Config& config) {
    const auto of = [&](const auto& one) -> std::optional<offline::pmt::SpeCharges> {
        auto made =
            offline::pmt::SpeCharges::make(chain.name(), one.spe_charge_adc(), one.spe_slice(), config);
        return made ? std::optional(std::move(*made)) : std::nullopt;
    };
    if (chain.has_pmt()) return of(chain.pmt());
    if (chain.has_lar()) return of(chain.lar());
    return std::nullopt;
}

offline::ChargeSpectrum empty_charges(double spe_charge_adc) {
    offline::ChargeSpectrum charges;
    charges.bin_adc =
        static_cast<std::uint32_t>(std::clamp(std::round(spe_charge_adc / bins_per_pe), 1.0, 1e8));
    charges.counts.resize(static_cast<std::size_t>(highest_pe * spe_charge_adc / charges.bin_adc) + 1);
    return charges;
}

}  // namespace

std::optional<double> WatchedChannel::expected_spe_adc(std::int64_t utc_ns) const {
    return spe_charges ? std::optional(spe_charges->of(index, utc_ns)) : std::nullopt;
}

std::vector<WatchedChannel> watched_channels(const config::Config& config) {
    std::vector<WatchedChannel> watched;
    for (int i = 0; i < config.channel_size(); ++i) {
        const auto& channel = config.channel(i);
        for (const auto& chain : config.chain()) {
            if (!offline::pmt::is_pmt_of(channel, chain.name(), config)) continue;
            watched.push_back({static_cast<std::uint16_t>(i), channel.name(), spe_charges_of(chain, config)});
            break;
        }
    }
    return watched;
}

void ChannelTally::add(const ChannelTally& more) {
    mean_adc.add(more.mean_adc);
    rms_adc.add(more.rms_adc);
    singles += more.singles;
    charges.below += more.charges.below;
    charges.above += more.charges.above;
    for (std::size_t bin = 0; bin < charges.counts.size(); ++bin)
        charges.counts[bin] += more.charges.counts[bin];
}

ChannelTallies::ChannelTallies(const std::vector<WatchedChannel>& channels) {
    for (const auto& channel : channels) {
        if (places_.size() <= channel.index) places_.resize(channel.index + std::size_t{1}, nowhere);
        places_[channel.index] = tallies_.size();
        auto& tally = tallies_.emplace_back();
        if (const auto spe = channel.expected_spe_adc(0)) tally.charges = empty_charges(*spe);
    }
}

bool ChannelTallies::takes(std::uint32_t run) {
    if (run > run_) {
        clear();
        run_ = run;
    }
    return run == run_;
}

void ChannelTallies::add(std::uint32_t run, const offline::ChannelFacts& facts) {
    if (!takes(run)) return;
    const auto place_of = [&](std::uint16_t channel) {
        return channel < places_.size() ? places_[channel] : nowhere;
    };
    for (const auto& level : facts.levels) {
        const auto place = place_of(level.channel);
        if (place == nowhere) continue;
        tallies_[place].mean_adc.add(level.mean_adc);
        tallies_[place].rms_adc.add(level.rms_adc);
    }
    for (const auto& single : facts.singles) {
        const auto place = place_of(single.channel);
        if (place == nowhere) continue;
        ++tallies_[place].singles;
        tallies_[place].charges.fill(single.adc_samples);
    }
}

void ChannelTallies::add(const ChannelTallies& more) {
    if (more.run_ == 0 || !takes(more.run_)) return;
    for (std::size_t i = 0; i < tallies_.size(); ++i)
        tallies_[i].add(more.tallies_[i]);
}

void ChannelTallies::clear() {
    run_ = 0;
    for (auto& tally : tallies_) {
        auto charges = std::move(tally.charges);
        charges.below = charges.above = 0;
        std::ranges::fill(charges.counts, 0);
        tally = ChannelTally{};
        tally.charges = std::move(charges);
    }
}

}  // namespace spillgate::online

// What the slots of a run told of its channels (offline/reconstruction/channel_facts.hpp), added up.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "offline/calibration/spe_spectrum.hpp"
#include "offline/reconstruction/channel_facts.hpp"
#include "offline/reconstruction/pmt/spe_charges.hpp"
#include "online/channels/moments.hpp"
#include "proto/schema/config.pb.h"

namespace spillgate::online {

// A channel that slots tell of: a detector channel with a chain, or a partner of one.
struct WatchedChannel {
    std::uint16_t index = 0;  // into Config.channel
    std::string name;
    std::optional<offline::pmt::SpeCharges> spe_charges;  // that the configuration expects; of PMTs

    // In ADC·samples, at `utc_ns`; nothing without photoelectrons.
    std::optional<double> expected_spe_adc(std::int64_t utc_ns) const;
};
// In the configuration's order. The configuration is one that an engine could be made of.
std::vector<WatchedChannel> watched_channels(const config::Config& config);

struct ChannelTally {
    Moments mean_adc;  // of each trace's level
    Moments rms_adc;
    std::uint64_t singles = 0;
    offline::ChargeSpectrum charges;  // of these; no bins without photoelectrons

    void add(const ChannelTally& more);  // with the same bins
};

class ChannelTallies {  // single-threaded
  public:
    // Of the same channels all have the same bins, whatever the time.
    explicit ChannelTallies(const std::vector<WatchedChannel>& channels);

    // Facts of an older run than the newest seen are left out; those of a newer one begin anew.
    void add(std::uint32_t run, const offline::ChannelFacts& facts);
    void add(const ChannelTallies& more);
    void clear();

    std::uint32_t run() const { return run_; }  // 0: nothing came
    // By index into the watched channels.
    const ChannelTally& operator[](std::size_t channel) const { return tallies_[channel]; }

  private:
    bool takes(std::uint32_t run);

    std::uint32_t run_ = 0;
    std::vector<ChannelTally> tallies_;
    std::vector<std::size_t> places_;  // by index into Config.channel
};

}  // namespace spillgate::online

// What the workers of one HPGe chain share.
#pragma once

#include <cstdint>
#include <vector>

#include "proto/schema/config.pb.h"

namespace spillgate::offline::hpge {

// Of one channel at one time. energy_kev = offset + per_adc·E + per_adc2·E².
struct Constants {
    double decay_ns = 0;
    double kev_offset = 0;
    double kev_per_adc = 1;
    double kev_per_adc2 = 0;
    double kev(double energy_adc) const {
        return kev_offset + kev_per_adc * energy_adc + kev_per_adc2 * (energy_adc * energy_adc);
    }
};

struct HpgeSettings {
    HpgeSettings(const config::Chain& chain, const config::Config& config);

    config::HpgeChain chain;
    bool whole_records = false;  // beam-triggered or strobed: one trace has to cover a window
    std::vector<std::vector<config::HpgeSlice>> slices;  // by index of Config.channel

    // Of the slice whose validity holds the slot's UTC label, else the chain's own.
    Constants constants(std::uint16_t channel, std::int64_t utc_ns) const;
};

}  // namespace spillgate::offline::hpge

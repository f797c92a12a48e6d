#include "offline/reconstruction/hpge/settings.hpp"

namespace spillgate::offline::hpge {

HpgeSettings::HpgeSettings(const config::Chain& of, const config::Config& config)
    : chain(of.hpge()),
      whole_records(config.gate().mode() == config::Gate::BEAM_TRIGGERED ||
                    config.gate().mode() == config::Gate::STROBED),
      slices(static_cast<std::size_t>(config.channel_size())) {
    for (int i = 0; i < config.channel_size(); ++i)
        for (const auto& slice : chain.slice())
            if (slice.channel() == config.channel(i).name())
                slices[static_cast<std::size_t>(i)].push_back(slice);
}

Constants HpgeSettings::constants(std::uint16_t channel, std::int64_t utc_ns) const {
    if (channel < slices.size())
        for (const auto& slice : slices[channel])
            if (slice.valid_from_utc_ns() <= utc_ns && utc_ns < slice.valid_to_utc_ns())
                return {slice.has_decay_ns() ? slice.decay_ns() : chain.decay_ns(), slice.kev_offset(),
                        slice.kev_per_adc(), slice.kev_per_adc2()};
    return {chain.decay_ns(), chain.kev_offset(), chain.kev_per_adc(), chain.kev_per_adc2()};
}

}  // namespace spillgate::offline::hpge

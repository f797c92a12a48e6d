#include "hw/emulator/sis3316/trigger_finder.hpp"

#include <algorithm>

namespace spillgate::hw::emulator::sis3316 {

namespace {

constexpr double candidate_fraction = 0.5;  // of the height that a threshold needs
constexpr double lowest_candidate_adc = 1;
constexpr std::int64_t before_rise = 8;  // noise may pass the threshold a little earlier than the signal
constexpr std::int64_t after_fall = 16;

}  // namespace

void TriggerFinder::forget() {
    for (Channel& channel : channels_)
        channel.known = false;
}

void TriggerFinder::search(unsigned channel, const ChannelSetup& setup, std::int64_t rise,
                           std::vector<InternalTrigger>& out) {
    Channel& of = channels_[channel];
    const auto reach = static_cast<std::int64_t>(setup.trigger_fir.reach());
    const std::int64_t end = rise + reach + after_fall;
    std::int64_t begin = rise - before_rise;
    // Pulses that overlap are searched as one.
    if (begin <= of.searched_until)
        begin = of.searched_until;
    else
        of.over = false;
    if (begin >= end) return;
    of.searched_until = end;
    samples_.resize(static_cast<std::size_t>(end - begin + reach - 1));
    feed_.samples(channel, begin - reach + 1, samples_);
    trapezoid(samples_, setup.trigger_fir, setup.inverted, values_);
    for (std::size_t i = 0; i < values_.size(); ++i) {
        const bool was_over = of.over;
        of.over = values_[i] > setup.threshold;
        if (of.over && !was_over) out.push_back({begin + static_cast<std::int64_t>(i), false});
        if (of.over && setup.high_energy > 0 && values_[i] > setup.high_energy && !out.empty())
            out.back().high_energy = true;
    }
}

void TriggerFinder::find(unsigned channel, const ChannelSetup& setup, std::int64_t begin, std::int64_t end,
                         std::vector<InternalTrigger>& out) {
    if (!setup.threshold_enabled || (!setup.output_enabled && !feed_.is_pattern())) return;
    Channel& of = channels_[channel];
    if (!of.known) {
        of.candidates.clear();
        const double height = candidate_fraction * setup.threshold / setup.trigger_fir.peaking;
        feed_.rises(channel, std::max(height, lowest_candidate_adc), of.candidates);
        of.known = true;
    }
    const auto first = std::lower_bound(of.candidates.begin(), of.candidates.end(), begin);
    for (auto rise = first; rise != of.candidates.end() && *rise < end; ++rise) {
        if (feed_.is_pattern())
            out.push_back({*rise, false});
        else
            search(channel, setup, *rise, out);
    }
}

}  // namespace spillgate::hw::emulator::sis3316

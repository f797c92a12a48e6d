#include "online/channels/channel_levels.hpp"

#include <algorithm>

#include "offline/calibration/spe_fit.hpp"

namespace spillgate::online {

namespace {

using namespace std::chrono_literals;

constexpr auto recent_fit_holds = 60s;
constexpr auto fit_holds = 10s;       // any; with more pulses one may have a minimum
constexpr double run_grows_by = 0.1;  // its pulses, until they are fitted again
constexpr int fits_of_a_view = 4;     // others that are due wait for the next

double seconds(std::chrono::steady_clock::duration time) {
    return std::chrono::duration<double>(time).count();
}

std::optional<MeasuredLevel> measured(const Moments& moments) {
    if (moments.entries == 0) return std::nullopt;
    return MeasuredLevel{moments.mean, moments.error(), moments.entries};
}

std::optional<MeasuredLevel> fitted_spe(const offline::ChargeSpectrum& charges, double expected_adc) {
    auto options = offline::spe_fit_around(expected_adc);
    options.min_entries = fewest_singles;
    const auto fit = offline::fit_spe(charges, options);
    if (!fit.fitted()) return std::nullopt;
    return MeasuredLevel{fit.spe_charge_adc().value(), fit.spe_charge_adc().error(), fit.entries()};
}

}  // namespace

ChannelsView levels_of(const std::vector<WatchedChannel>& channels, const ChannelTallies& run,
                       std::int64_t utc_ns) {
    ChannelsView view{run.run(), utc_ns, {}};
    for (std::size_t i = 0; i < channels.size(); ++i) {
        const auto& tally = run[i];
        auto& channel = view.channels.emplace_back();
        channel.name = channels[i].name;
        channel.spe_expected_adc = channels[i].expected_spe_adc(utc_ns);
        channel.run = {measured(tally.mean_adc), measured(tally.rms_adc), {}, tally.singles};
        if (channel.spe_expected_adc && tally.singles >= fewest_singles)
            channel.run.spe_adc = fitted_spe(tally.charges, *channel.spe_expected_adc);
    }
    return view;
}

ChannelLevels::ChannelLevels(std::vector<WatchedChannel> channels)
    : channels_(std::move(channels)),
      run_(channels_),
      recent_fits_(channels_.size()),
      run_fits_(channels_.size()),
      heard_(channels_.size()) {}

void ChannelLevels::add(const ChannelTallies& more, Clock::time_point now, std::int64_t utc_ns) {
    while (!slices_.empty() && seconds(now - slices_.front().end) >= recent_singles_s)
        slices_.pop_front();
    if (more.run() == 0) return;
    if (more.run() > run_.run()) {
        std::ranges::fill(run_fits_, Fitted{});
        since_utc_ns_ = utc_ns;
    }
    run_.add(more);
    const bool begins = slices_.empty() || seconds(now - slices_.back().begin) >= slice_s ||
                        slices_.back().tallies.run() != more.run();
    if (begins) slices_.push_back({now, now, ChannelTallies(channels_)});
    slices_.back().tallies.add(more);
    slices_.back().end = now;
    for (std::size_t i = 0; i < channels_.size(); ++i)
        if (more[i].mean_adc.entries > 0) heard_[i] = now;
}

ChannelTally ChannelLevels::recent(std::size_t channel, Clock::time_point now) const {
    ChannelTally sum;
    for (const auto& slice : slices_) {
        const auto& tally = slice.tallies[channel];
        const double age_s = seconds(now - slice.end);
        if (sum.charges.counts.empty()) {
            sum.charges.bin_adc = tally.charges.bin_adc;
            sum.charges.counts.resize(tally.charges.counts.size());
        }
        if (age_s < recent_levels_s)
            sum.add(tally);
        else if (age_s < recent_singles_s)
            sum.add({{}, {}, tally.singles, tally.charges});
    }
    return sum;
}

ChannelInterval ChannelLevels::interval(const ChannelTally& tally, std::optional<double> expected_spe_adc,
                                        Fitted& fitted, bool is_due, Clock::time_point now) {
    ChannelInterval out{measured(tally.mean_adc), measured(tally.rms_adc), {}, tally.singles};
    if (!expected_spe_adc || tally.singles < fewest_singles) {
        fitted = {};
        return out;
    }
    const bool holds = fitted.at && (now - *fitted.at < fit_holds || (fitted.spe && !is_due));
    if (fits_left_ > 0 && !holds) {
        --fits_left_;
        fitted = {now, tally.singles, fitted_spe(tally.charges, *expected_spe_adc)};
    }
    out.spe_adc = fitted.spe;
    return out;
}

ChannelsView ChannelLevels::view(Clock::time_point now, std::int64_t utc_ns) {
    ChannelsView view{run_.run(), since_utc_ns_, {}};
    fits_left_ = fits_of_a_view;
    view.channels.resize(channels_.size());
    // Each time another channel is the first to have its fit.
    first_fit_ = first_fit_ + 1 < channels_.size() ? first_fit_ + 1 : 0;
    for (std::size_t n = 0; n < channels_.size(); ++n) {
        const auto i = (first_fit_ + n) % channels_.size();
        auto& channel = view.channels[i];
        channel.name = channels_[i].name;
        channel.spe_expected_adc = channels_[i].expected_spe_adc(utc_ns);
        auto& recent_fit = recent_fits_[i];
        const bool is_old = recent_fit.at && now - *recent_fit.at >= recent_fit_holds;
        channel.recent = interval(recent(i, now), channel.spe_expected_adc, recent_fit, is_old, now);
        auto& run_fit = run_fits_[i];
        const bool has_grown =
            static_cast<double>(run_[i].singles) >= (1 + run_grows_by) * static_cast<double>(run_fit.singles);
        channel.run = interval(run_[i], channel.spe_expected_adc, run_fit, has_grown, now);
        if (heard_[i]) channel.age_s = seconds(now - *heard_[i]);
    }
    return view;
}

}  // namespace spillgate::online

// What is known of each channel while a run goes on, as the console says it.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace spillgate::online {

// Of the newest data: an interval ends now. Whole slices of it go, so that up to slice_s more are in it.
inline constexpr double recent_levels_s = 60;
inline constexpr double recent_singles_s = 600;  // single photoelectrons are rare
inline constexpr double slice_s = 10;
inline constexpr std::uint64_t fewest_singles = 500;  // for an SPE charge
inline constexpr double stale_channel_s = 15;         // without news: what was measured is not what is

struct MeasuredLevel {
    double value = 0;
    double error = 0;           // statistical, one standard deviation; NaN: one entry alone
    std::uint64_t entries = 0;  // traces, or pulses
};

struct ChannelInterval {
    std::optional<MeasuredLevel> baseline_adc;  // mean of the traces' levels
    std::optional<MeasuredLevel> noise_adc;     // mean of the traces' rms
    std::optional<MeasuredLevel> spe_adc;       // SPE charge as calibrations fit it, ADC·samples
    std::uint64_t singles = 0;                  // pulses that there are for it
};

struct ChannelView {
    std::string name;
    std::optional<double> spe_expected_adc;  // by the configuration; nothing without photoelectrons
    ChannelInterval recent;
    ChannelInterval run;                                     // since this process follows it
    double age_s = std::numeric_limits<double>::infinity();  // of the newest trace; infinite: none yet
    bool fresh() const { return age_s < stale_channel_s; }
};

struct ChannelsView {
    std::uint32_t run = 0;          // 0: none yet
    std::int64_t since_utc_ns = 0;  // the first trace of this run
    std::vector<ChannelView> channels;
};

}  // namespace spillgate::online

#include "online/quality/channel_quantities.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "online/channels/channel_tallies.hpp"

namespace spillgate::online {

namespace {

constexpr double ns_per_s = 1e9;
constexpr double late_s = 10;  // traces are added up every few seconds: so late is from the begin on

// Why what is known of channels is not of the whole run; empty: it is.
std::string part_of(const RunAccount& account) {
    if (!account.spectra_not_whole.empty()) return account.spectra_not_whole;
    if (!account.channels) return "no trace of it was seen live";
    const auto late_by_s =
        static_cast<double>(account.channels->since_utc_ns - account.description->start_utc_ns()) / ns_per_s;
    return late_by_s > late_s ? fmt::format("the traces of its first {:.0f} s were not seen live", late_by_s)
                              : std::string();
}

RunQuantity quantity_of(std::string name, std::string unit, const std::optional<MeasuredLevel>& level,
                        const std::string& part, const std::string& missing) {
    if (!level) return {std::move(name), std::move(unit), {}, {}, part.empty() ? missing : part};
    const auto error = std::isfinite(level->error) ? std::optional(level->error) : std::nullopt;
    return {std::move(name), std::move(unit), level->value, error, part};
}

std::string without_spe(const ChannelInterval& run) {
    return run.singles < fewest_singles
               ? fmt::format("{} pulses of the {} that a fit needs", run.singles, fewest_singles)
               : "the fit of its pulses has no minimum";
}

}  // namespace

void add_channel_quantities(const RunAccount& account, RunQuantities& out) {
    if (!account.config) return;
    const auto part = part_of(account);
    for (const auto& watched : watched_channels(account.config->config)) {
        ChannelInterval run;
        if (account.channels) {
            const auto& all = account.channels->channels;
            if (const auto found = std::ranges::find(all, watched.name, &ChannelView::name);
                found != all.end())
                run = found->run;
        }
        const auto add = [&](std::string_view what, std::string unit, const auto& level,
                             const std::string& missing) {
            out.push_back(quantity_of(fmt::format("run.{}.{}", what, watched.name), std::move(unit), level,
                                      part, missing));
        };
        add("baseline_adc", "ADC", run.baseline_adc, "the run has no trace of this channel");
        add("noise_adc", "ADC", run.noise_adc, "the run has no trace of this channel");
        if (watched.spe_charges) add("spe_adc", "ADC*samples", run.spe_adc, without_spe(run));
    }
}

}  // namespace spillgate::online

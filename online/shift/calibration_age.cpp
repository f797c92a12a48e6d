#include "online/shift/calibration_age.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "offline/reconstruction/pmt/partners.hpp"
#include "proto/utc_text.hpp"

namespace spillgate::online {

namespace {

using State = CalibrationAge::State;

constexpr double day_s = 86400;

// Takes a stretch of time up, if it is nearer to now: the first that holds (as the engine takes it), else the
// one that ended last.
template <class Slice>
void take(const Slice& slice, std::int64_t utc_ns, ChannelCalibration& channel) {
    if (slice.valid_from_utc_ns() > utc_ns || channel.holds) return;
    const bool holds = utc_ns < slice.valid_to_utc_ns();
    if (!holds && channel.measured_utc_ns && slice.valid_to_utc_ns() <= channel.holds_to_utc_ns) return;
    channel.measured_utc_ns = slice.valid_from_utc_ns();
    channel.holds_to_utc_ns = slice.valid_to_utc_ns();
    channel.holds = holds;
}

template <class Slices>
ChannelCalibration newest_of(const Slices& slices, const std::string& name, std::int64_t utc_ns) {
    ChannelCalibration channel;
    channel.channel = name;
    for (const auto& slice : slices)
        if (slice.channel().empty() || slice.channel() == name) take(slice, utc_ns, channel);
    return channel;
}

bool is_of(CalibrationKind kind, const config::Chain& chain) {
    return kind == CalibrationKind::SPE ? chain.has_pmt() || chain.has_lar() : chain.has_hpge();
}

ChannelCalibration calibration_of(const config::Chain& chain, const std::string& name, std::int64_t utc_ns) {
    if (chain.has_hpge()) return newest_of(chain.hpge().slice(), name, utc_ns);
    return newest_of(chain.has_lar() ? chain.lar().spe_slice() : chain.pmt().spe_slice(), name, utc_ns);
}

std::string_view name_of(CalibrationKind kind) {
    return kind == CalibrationKind::SPE ? "SPE" : "energy";
}

double days_since(std::int64_t measured_utc_ns, double utc_s) {
    return std::max(0.0, utc_s - static_cast<double>(measured_utc_ns) * 1e-9) / day_s;
}

// The lead's own, as far as spillgate-online has it.
const config::Config* in_use(const Snapshot* snapshot, std::string& why_not) {
    why_not = "no configuration is known yet";
    if (snapshot == nullptr || !snapshot->config) return nullptr;
    const auto lead = std::ranges::find_if(snapshot->daemons, &DaemonView::lead);
    const bool differs = lead != snapshot->daemons.end() && lead->status &&
                         !lead->status->config_sha256().empty() &&
                         lead->status->config_sha256() != snapshot->config->sha256;
    why_not = "the lead daemon has another configuration than spillgate-online";
    return differs ? nullptr : &snapshot->config->config;
}

void judge(CalibrationKind kind, double allowed_days, CalibrationAge& age) {
    const auto& channels = age.channels;
    const auto none = std::ranges::find_if(channels, [](const auto& one) { return !one.measured_utc_ns; });
    if (none != channels.end()) {
        age.state = State::NONE;
        age.reason = fmt::format(
            "the configuration has no {} calibration of {} that holds, or held: its "
            "constant is used",
            name_of(kind), none->channel);
        return;
    }
    const auto oldest = std::ranges::min_element(channels, {}, &ChannelCalibration::measured_utc_ns);
    const auto ended = std::ranges::find(channels, false, &ChannelCalibration::holds);
    if (ended != channels.end()) {
        age.state = State::ENDED;
        age.reason =
            fmt::format("that of {} held until {} UTC: since then the configuration's constant is used",
                        ended->channel, proto::utc_text(ended->holds_to_utc_ns));
        return;
    }
    const bool old = *age.age_days > allowed_days;
    age.state = old ? State::OLD : State::FRESH;
    age.reason = old ? fmt::format("{:.1f} days old ({}), older than {:.6g} days", *age.age_days,
                                   oldest->channel, allowed_days)
                     : fmt::format("{:.1f} days old ({})", *age.age_days, oldest->channel);
}

}  // namespace

std::string_view name_of(CalibrationAge::State state) {
    constexpr std::array<std::string_view, 6> names{"fresh", "old", "ended", "none", "not-used", "unknown"};
    return names[static_cast<std::size_t>(state)];
}

std::vector<ChannelCalibration> calibrations_of(CalibrationKind kind, const config::Config& config,
                                                std::int64_t utc_ns) {
    std::vector<ChannelCalibration> out;
    for (const auto& channel : config.channel())
        for (const auto& chain : config.chain())
            if (is_of(kind, chain) && offline::pmt::is_pmt_of(channel, chain.name(), config))
                out.push_back(calibration_of(chain, channel.name(), utc_ns));
    return out;
}

CalibrationAge age_of(CalibrationKind kind, const Snapshot* snapshot, double allowed_days, double utc_s) {
    CalibrationAge age;
    const auto* const config = in_use(snapshot, age.reason);
    if (config == nullptr) return age;
    age.channels = calibrations_of(kind, *config, static_cast<std::int64_t>(utc_s * 1e9));
    if (age.channels.empty()) {
        age.state = State::NOT_USED;
        age.reason = fmt::format("no channel of this configuration has an {} calibration", name_of(kind));
        return age;
    }
    if (std::ranges::all_of(age.channels, [](const auto& one) { return one.measured_utc_ns.has_value(); })) {
        age.measured_utc_ns =
            std::ranges::min_element(age.channels, {}, &ChannelCalibration::measured_utc_ns)->measured_utc_ns;
        age.age_days = days_since(*age.measured_utc_ns, utc_s);
    }
    judge(kind, allowed_days, age);
    return age;
}

Quantities calibration_quantities(const Snapshot& snapshot, double utc_s) {
    Quantities out;
    for (const auto& [kind, name] : {std::pair(CalibrationKind::SPE, "calibration.spe_age_days"),
                                     std::pair(CalibrationKind::ENERGY, "calibration.energy_age_days")}) {
        const auto age = age_of(kind, &snapshot, 0, utc_s);
        if (age.state != State::NOT_USED) out.push_back({name, "d", age.age_days});
    }
    return out;
}

}  // namespace spillgate::online

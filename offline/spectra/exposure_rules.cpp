#include "offline/spectra/exposure_rules.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "offline/spectra/chain_variables.hpp"

namespace spillgate::offline {

namespace {

proto::Error refused(std::string message) {
    return proto::error(proto::ErrorKind::CONFIG, std::move(message));
}

// Whether that there is a trace tells that something was seen.
bool traces_tell(const config::Config& config) {
    return config.gate().mode() == config::Gate::SELF_TRIGGERED ||
           std::ranges::any_of(config.channel(), [](const auto& channel) {
               return channel.policy() != config::Channel::WHOLE;
           });
}

}  // namespace

proto::Status may_cost_exposure(const config::Config& config, const Variable& variable, const Chain& chain,
                                const std::string& where) {
    if (!variable.of_window)
        return refused(
            fmt::format("{}: a cut on \"{}\" cannot cost EXPOSURE, because that exists only where a "
                        "candidate was found; allowed for EXPOSURE: {}; or let it cost EFFICIENCY",
                        where, variable.name, names_of(chain.variables(), true)));
    if (!config.blinded()) return {};
    if (variable.sees_roi || (variable.needs_trace && traces_tell(config)))
        return refused(fmt::format(
            "{}: while runs are blinded, a cut on \"{}\" cannot cost EXPOSURE: the live time, which "
            "is open, would tell what lies in the windows that are sealed; let it cost EFFICIENCY",
            where, variable.name));
    return {};
}

proto::Status may_reject(const config::Config& config, const std::string& quality, const std::string& where) {
    const bool of_trace = quality == "no-trace" || quality == "reduced-trace";
    if (!config.blinded() || !of_trace || !traces_tell(config)) return {};
    return refused(fmt::format(
        "{}: while runs are blinded, \"{}\" cannot be rejected where channels trigger themselves or keep "
        "only "
        "pulses: the live time, which is open, would count the windows in which something was seen",
        where, quality));
}

}  // namespace spillgate::offline

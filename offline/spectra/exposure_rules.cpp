#include "offline/spectra/exposure_rules.hpp"

#include <fmt/format.h>

#include "offline/spectra/chain_variables.hpp"

namespace spillgate::offline {

namespace {

proto::Error refused(std::string message) {
    return proto::error(proto::ErrorKind::CONFIG, std::move(message));
}

bool triggers_itself(const config::Config& config) {
    return config.gate().mode() == config::Gate::SELF_TRIGGERED;
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
    if (variable.sees_roi || (variable.needs_trace && triggers_itself(config)))
        return refused(fmt::format(
            "{}: while runs are blinded, a cut on \"{}\" cannot cost EXPOSURE: the live time, which "
            "is open, would tell what lies in the windows that are sealed; let it cost EFFICIENCY",
            where, variable.name));
    return {};
}

proto::Status may_reject(const config::Config& config, const std::string& quality, const std::string& where) {
    if (!config.blinded() || quality != "no-trace" || !triggers_itself(config)) return {};
    return refused(fmt::format(
        "{}: while runs are blinded, \"no-trace\" cannot be rejected where channels trigger "
        "themselves: the live time, which is open, would count the windows in which something was "
        "seen",
        where));
}

}  // namespace spillgate::offline

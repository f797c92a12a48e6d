#include "proto/names.hpp"

#include <algorithm>
#include <array>

namespace spillgate::wire {

namespace {

struct NamedRunType {
    RunType type;
    std::string_view name;
};

constexpr std::array<NamedRunType, RunType_MAX> run_types{{
    {PHYSICS, "physics"},
    {BEAM_OFF, "beam-off"},
    {SOURCE, "source"},
    {SPE, "spe"},
    {PULSER, "pulser"},
    {PEDESTAL, "pedestal"},
    {THRESHOLD_SCAN, "threshold-scan"},
    {TEST, "test"},
}};

}  // namespace

std::string first_line(std::string_view text) {
    const auto end = text.find_first_of("\r\n");
    return end == std::string_view::npos ? std::string(text) : std::string(text.substr(0, end)) + " …";
}

std::string_view name_of(RunType type) {
    const auto* const found = std::ranges::find(run_types, type, &NamedRunType::type);
    return found == run_types.end() ? "unspecified" : found->name;
}

std::optional<RunType> run_type_from_name(std::string_view name) {
    const auto* const found = std::ranges::find(run_types, name, &NamedRunType::name);
    if (found == run_types.end()) return std::nullopt;
    return found->type;
}

std::string run_type_names() {
    std::string names;
    for (const auto& [type, name] : run_types)
        names.append(names.empty() ? "" : ", ").append(name);
    return names;
}

std::string_view name_of(State state) {
    switch (state) {
        case IDLE:
            return "idle";
        case CONFIGURING:
            return "configuring";
        case CONFIGURED:
            return "configured";
        case PREPARING:
            return "preparing";
        case STARTING:
            return "starting";
        case RUNNING:
            return "running";
        case PAUSING:
            return "pausing";
        case PAUSED_STATE:
            return "paused";
        case RESUMING:
            return "resuming";
        case STOPPING:
            return "stopping";
        case FAULT:
            return "fault";
        default:
            return "unknown";
    }
}

std::string_view name_of(SlowValue::State state) {
    switch (state) {
        case SlowValue::OK:
            return "ok";
        case SlowValue::WARN:
            return "warn";
        case SlowValue::ALARM:
            return "alarm";
        default:
            return "stale";
    }
}

}  // namespace spillgate::wire

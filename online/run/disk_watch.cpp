#include "online/run/disk_watch.hpp"

#include <string>

#include <fmt/format.h>

namespace spillgate::online {

namespace {

using State = Light::State;

std::string gigabytes(std::uint64_t bytes) {
    return fmt::format("{:.4g} GB", static_cast<double>(bytes) * 1e-9);
}

std::string span_of(double seconds) {
    if (seconds < 90) return fmt::format("{:.0f} s", seconds);
    return seconds < 7200 ? fmt::format("{:.0f} min", seconds / 60) : fmt::format("{:.0f} h", seconds / 3600);
}

}  // namespace

void DiskWatch::take(double at_s, std::uint64_t free_bytes) {
    if (!free_.empty() && at_s < free_.back().first + 0.5) return;
    free_.emplace_back(at_s, free_bytes);
    while (free_.front().first < at_s - window_s)
        free_.pop_front();
}

std::optional<double> DiskWatch::full_in_s(std::uint64_t stop_below_bytes) const {
    if (free_.empty()) return {};
    const auto& [last_s, last] = free_.back();
    if (last <= stop_below_bytes) return 0;
    const auto& [first_s, first] = free_.front();
    if (last_s - first_s < shortest_s || first <= last) return {};
    const double bytes_per_s = static_cast<double>(first - last) / (last_s - first_s);
    return static_cast<double>(last - stop_below_bytes) / bytes_per_s;
}

bool tells_disk(const wire::DaemonStatus& status) {
    return status.disk_free_bytes() > 0 || status.disk_total_bytes() > 0;
}

Light disk_light_of(const DaemonView& daemon, const config::Storage& storage) {
    const auto says = [](State state, std::string reason) { return Light{"disk", state, std::move(reason)}; };
    if (!daemon.status || !tells_disk(*daemon.status))
        return says(State::UNKNOWN, fmt::format("{} does not say how much is free", daemon.name));
    const auto& status = *daemon.status;
    const auto free = status.disk_free_bytes();
    std::string words = gigabytes(free) + " free";
    if (status.disk_total_bytes() > 0) words += " of " + gigabytes(status.disk_total_bytes());
    words += fmt::format(" at {}:{}", daemon.name, status.runs_dir());
    if (free < storage.stop_below_bytes())
        return says(State::BAD,
                    fmt::format("{}, runs stop below {}", words, gigabytes(storage.stop_below_bytes())));
    if (daemon.disk_full_in_s) words += fmt::format(", full in {}", span_of(*daemon.disk_full_in_s));
    if (free < storage.warn_below_bytes())
        return says(State::WARN,
                    fmt::format("{}, less than {}", words, gigabytes(storage.warn_below_bytes())));
    const bool soon = daemon.disk_full_in_s && *daemon.disk_full_in_s < disk_soon_full_s;
    return says(soon ? State::WARN : State::GOOD, words);
}

boost::json::object disk_json(const DaemonView& daemon, const config::Storage& storage) {
    const auto light = disk_light_of(daemon, storage);
    const bool told = daemon.status && tells_disk(*daemon.status);
    boost::json::object out{{"state", name_of(light.state)}, {"reason", light.reason},
                            {"free_bytes", nullptr},         {"total_bytes", nullptr},
                            {"full_in_s", nullptr},          {"stop_below_bytes", storage.stop_below_bytes()},
                            {"directory", nullptr}};
    if (!told) return out;
    out["free_bytes"] = daemon.status->disk_free_bytes();
    if (daemon.status->disk_total_bytes() > 0) out["total_bytes"] = daemon.status->disk_total_bytes();
    if (daemon.disk_full_in_s) out["full_in_s"] = *daemon.disk_full_in_s;
    out["directory"] = daemon.status->runs_dir();
    return out;
}

}  // namespace spillgate::online

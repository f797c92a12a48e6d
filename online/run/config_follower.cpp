#include "online/run/config_follower.hpp"

#include <algorithm>

#include <spdlog/spdlog.h>

namespace spillgate::online {
namespace {

// As the lead's heartbeat says; a run that was refused tells as much.
std::string hash_of_lead(const Snapshot& snapshot) {
    const auto lead = std::ranges::find(snapshot.daemons, true, &DaemonView::lead);
    if (lead != snapshot.daemons.end() && lead->status && !lead->status->config_sha256().empty())
        return lead->status->config_sha256();
    return snapshot.run.phase == RunPhase::REFUSED ? snapshot.run.description->config_sha256()
                                                   : std::string();
}

bool same_daemons(const config::Config& a, const config::Config& b) {
    return a.network().runtime_dir() == b.network().runtime_dir() &&
           std::ranges::equal(a.daemon(), b.daemon(), [](const auto& one, const auto& other) {
               return one.name() == other.name() && one.lead() == other.lead();
           });
}

}  // namespace

void LocalPlaces::apply(config::Config& config) const {
    if (!runtime_dir.empty()) config.mutable_network()->set_runtime_dir(runtime_dir);
    if (!runs_dir.empty()) config.mutable_storage()->set_runs_dir(runs_dir);
    if (http_port) config.mutable_network()->set_http_port(*http_port);
}

std::optional<proto::LoadedConfig> ConfigFollower::next(const Snapshot& snapshot) {
    const auto hash = hash_of_lead(snapshot);
    if (hash.empty() || hash == snapshot.config->sha256 || hash == hopeless_) return std::nullopt;
    if (snapshot.run.phase == RunPhase::FOLLOWING || snapshot.run.phase == RunPhase::CLOSING)
        return std::nullopt;
    auto found = list_.with_hash(hash);
    if (found) {
        places_.apply(found->config);
        if (same_daemons(found->config, snapshot.config->config)) return std::move(*found);
    }
    if (hash != refused_) {
        refused_ = hash;
        spdlog::warn("the lead daemon has another config (hash {:.12}…), which is not followed: {}", hash,
                     found ? "it names other daemons, or other sockets" : found.error().message);
    }
    return std::nullopt;
}

}  // namespace spillgate::online

// Goes over to the configuration that the lead daemon has loaded.
#pragma once

#include <optional>
#include <string>

#include "online/run/config_list.hpp"
#include "online/snapshot.hpp"
#include "proto/config_loader.hpp"

namespace spillgate::online {

// Where things lie on this machine, instead of what a configuration says: no part of what its hash compares.
struct LocalPlaces {
    std::string runtime_dir;  // empty: as configured, and so on
    std::string runs_dir;
    std::optional<std::uint32_t> http_port;

    void apply(config::Config& config) const;
};

class ConfigFollower {  // single-threaded; reads files
  public:
    // `ours`: a file of the directory in which daemons look for configurations.
    ConfigFollower(const std::string& ours, LocalPlaces places) : list_(ours), places_(std::move(places)) {}

    // What to go over to: the lead has another configuration than `snapshot`'s, a file beside ours has its
    // hash, it names the same daemons in the same place, and no run of the old one is still being followed.
    // Why not is logged once.
    std::optional<proto::LoadedConfig> next(const Snapshot& snapshot);
    // This one cannot be gone over to.
    void give_up(const std::string& sha256) { hopeless_ = sha256; }

  private:
    ConfigList list_;
    LocalPlaces places_;
    std::string hopeless_;
    std::string refused_;  // the hash of which was told last why it is not followed
};

}  // namespace spillgate::online

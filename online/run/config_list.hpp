// The configurations that a run can be started with, and what differs between two.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "proto/config_loader.hpp"
#include "proto/result.hpp"

namespace spillgate::online {

struct ListedConfig {
    std::string name;     // of the file
    std::string title;    // Config.name and description
    std::string sha256;   // of its effective text; empty: it is not valid
    std::string trouble;  // "FILE:LINE:COLUMN: …"; empty: it is valid
};

// Those of one directory. A file is read again when it has changed. Single-threaded; reads files.
class ConfigList {
  public:
    // `ours`: a file of the directory. Listed are *.txtpb that are configurations of the same daemons, or
    // fail to be any; the console's and the emulator's files beside them are not.
    explicit ConfigList(const std::string& ours);

    std::vector<ListedConfig> list();
    // Errors: NOT_FOUND (there is no such file, or it is no file name), CONFIG.
    proto::Result<proto::LoadedConfig> load(const std::string& name) const;
    // The file with this hash. Errors: NOT_FOUND.
    proto::Result<proto::LoadedConfig> with_hash(const std::string& sha256);

  private:
    struct Seen {
        std::string state;
        ListedConfig listed;
        std::vector<std::string> daemons;
    };
    void look();

    std::string directory_;
    std::string ours_;  // its name
    std::map<std::string, Seen> seen_;
};

struct ConfigChange {
    std::string path;  // "selection[0].cut[1].min"
    std::string was;   // empty: it is new
    std::string is;    // empty: it is gone
};

// Field by field. Entries that have names are compared by them, others by their place.
std::vector<ConfigChange> differences(const config::Config& was, const config::Config& is);

}  // namespace spillgate::online

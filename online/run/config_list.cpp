#include "online/run/config_list.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "proto/console_loader.hpp"

namespace spillgate::online {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_files = 500;

std::vector<std::string> daemons_of(const config::Config& config) {
    std::vector<std::string> names;
    for (const auto& daemon : config.daemon())
        names.push_back(daemon.name());
    return names;
}

// What lies beside configurations by name: NAME-console.txtpb, NAME-emulator.txtpb, NAME-people.txtpb; or
// the people of all, people.txtpb.
bool is_companion(const std::string& stem) {
    return stem.ends_with("-console") || stem.ends_with("-emulator") || stem.ends_with("-people") ||
           stem == "people";
}

bool is_file_name(const std::string& name) {
    return !name.empty() && name.front() != '.' && name.find('/') == std::string::npos &&
           name.find('\0') == std::string::npos && name.ends_with(".txtpb");
}

}  // namespace

ConfigList::ConfigList(const std::string& ours)
    : directory_(fs::path(ours).parent_path().empty() ? "." : fs::path(ours).parent_path().string()),
      ours_(fs::path(ours).filename().string()) {}

void ConfigList::look() {
    std::map<std::string, Seen> found;
    std::error_code failed;
    for (fs::directory_iterator entry(directory_, failed), end; !failed && entry != end;
         entry.increment(failed)) {
        const std::string name = entry->path().filename().string();
        if (!is_file_name(name) || is_companion(entry->path().stem().string())) continue;
        if (found.size() >= max_files) break;
        std::error_code ignored;
        const auto changed = fs::last_write_time(entry->path(), ignored).time_since_epoch().count();
        Seen seen{fmt::format("{} {}", changed, fs::file_size(entry->path(), ignored)), {}, {}};
        const auto known = seen_.find(name);
        if (known != seen_.end() && known->second.state == seen.state) {
            found.emplace(name, known->second);
            continue;
        }
        seen.listed.name = name;
        if (const auto loaded = load(name)) {
            seen.listed.title =
                loaded->config.description().empty() ? loaded->config.name() : loaded->config.description();
            seen.listed.sha256 = loaded->sha256;
            seen.daemons = daemons_of(loaded->config);
        } else {
            seen.listed.trouble = loaded.error().message;
        }
        found.emplace(name, std::move(seen));
    }
    seen_ = std::move(found);
}

std::vector<ListedConfig> ConfigList::list() {
    look();
    const auto ours = seen_.find(ours_);
    std::vector<ListedConfig> out;
    for (const auto& [name, seen] : seen_) {
        const bool other_daemons = ours != seen_.end() && !ours->second.daemons.empty() &&
                                   !seen.daemons.empty() && seen.daemons != ours->second.daemons;
        if (!other_daemons) out.push_back(seen.listed);
    }
    return out;
}

proto::Result<proto::LoadedConfig> ConfigList::load(const std::string& name) const {
    if (!is_file_name(name)) {
        return proto::error(proto::ErrorKind::NOT_FOUND,
                            fmt::format("\"{}\" is no configuration's file name", name));
    }
    return proto::load_config((fs::path(directory_) / name).string());
}

proto::Result<proto::LoadedConfig> ConfigList::with_hash(const std::string& sha256) {
    look();
    const auto found =
        std::ranges::find_if(seen_, [&](const auto& entry) { return entry.second.listed.sha256 == sha256; });
    if (found == seen_.end())
        return proto::error(proto::ErrorKind::NOT_FOUND, "no file beside ours is this configuration");
    auto loaded = load(found->first);
    if (loaded && loaded->sha256 != sha256)
        return proto::error(proto::ErrorKind::NOT_FOUND, "the file has changed meanwhile");
    return loaded;
}

}  // namespace spillgate::online

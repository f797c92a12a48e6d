// How RunControl takes another configuration, on its stepping thread and between runs.
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "daq/config_check.hpp"
#include "daq/run_control.hpp"

namespace spillgate::daq {

void RunControl::configure(const wire::Request& request) {
    const auto& name = request.configure().name();
    const auto path =
        name.empty() ? config_path_ : (std::filesystem::path(config_path_).parent_path() / name).string();
    auto loaded = proto::load_config(path);
    auto status = loaded ? take_config(std::move(*loaded)) : proto::Status(loaded.error());
    if (status && !followers_->empty()) {
        auto order = from_lead();
        order.set_person(request.person());
        order.mutable_configure()->set_name(name);
        status = followers_->ask_each(order);
    }
    if (!status) refuse(status.error().message);
    force(status ? Trigger::CONFIGURATION_READ : Trigger::CONFIGURATION_REFUSED);
}

// Sockets, directories and the set of daemons stay as they are for the life of the process.
proto::Status RunControl::take_config(proto::LoadedConfig loaded) {
    const auto same_daemons = [&] {
        std::vector<std::string> now;
        std::vector<std::string> then;
        for (const auto& daemon : settings_.config.config.daemon())
            now.push_back(daemon.name());
        for (const auto& daemon : loaded.config.daemon())
            then.push_back(daemon.name());
        return now == then;
    };
    if (!same_daemons())
        return proto::error(
            proto::ErrorKind::REFUSED,
            fmt::format("{} names other daemons; restart spillgate-daq to use it", loaded.path));
    if (auto checked = check_config(loaded.config, settings_.daemon); !checked)
        return proto::error(checked.error().kind,
                            fmt::format("{}: {}", loaded.path, checked.error().message));
    std::vector<std::uint32_t> boards;
    for (const auto& daemon : loaded.config.daemon())
        if (daemon.name() == settings_.daemon) boards.assign(daemon.board().begin(), daemon.board().end());
    if (boards.empty())
        for (const auto& board : loaded.config.board())
            boards.push_back(board.id());
    if (auto status = change_slow_control(loaded.config.slow_control()); !status) return status;
    const std::lock_guard lock(mutex_);
    settings_.boards = std::move(boards);
    settings_.config = std::move(loaded);
    return {};
}

}  // namespace spillgate::daq

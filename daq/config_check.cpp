#include "daq/config_check.hpp"

#include <algorithm>

#include "daq/daemon.hpp"
#include "daq/pipeline_checks.hpp"
#include "hw/make_source.hpp"

namespace spillgate::daq {

proto::Status check_config(const config::Config& config, const std::string& daemon) {
    const auto part = part_of(config, daemon);
    if (!part) return part.error();
    PipelineSettings settings;
    settings.config = config;
    settings.daemon = part->daemon;
    bool all_known = true;
    for (const auto& board : config.board()) {
        if (std::ranges::find(part->boards, board.id()) == part->boards.end()) continue;
        auto info = hw::check_board(board);
        if (!info) return info.error();
        all_known = all_known && info->has_value();
        if (*info) settings.sources.push_back(std::move(**info));
    }
    if (!all_known) return {};
    const auto checked = check_pipeline(settings);
    return checked ? proto::Status() : checked.error();
}

}  // namespace spillgate::daq

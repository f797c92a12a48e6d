#include "daq/pipeline_checks.hpp"

#include <fmt/format.h>

namespace spillgate::daq {

using proto::error;
using proto::ErrorKind;
using proto::Result;

Result<std::uint32_t> find_mark_board(const PipelineSettings& settings) {
    for (const auto& source : settings.sources)
        for (const auto& board : settings.config.board())
            if (board.id() == source.board && board.gives_marks()) return source.board;
    if (settings.config.gate().mode() == config::Gate::FREE_RUNNING) return settings.sources.front().board;
    return error(ErrorKind::CONFIG,
                 fmt::format("daemon {}: none of its boards gives marks (board.gives_marks); every gate mode "
                             "but FREE_RUNNING needs them",
                             settings.daemon));
}

proto::Status check_sources(const PipelineSettings& settings) {
    if (settings.sources.empty())
        return error(ErrorKind::CONFIG, fmt::format("daemon {} reads no board", settings.daemon));
    const auto& first = settings.sources.front();
    for (const auto& source : settings.sources) {
        if (source.frequency_hz <= 0)
            return error(ErrorKind::CONFIG, fmt::format("board {}: clock frequency {} Hz is not positive",
                                                        source.board, source.frequency_hz));
        if (source.clock_domain != first.clock_domain || source.frequency_hz != first.frequency_hz)
            return error(
                ErrorKind::CONFIG,
                fmt::format("boards {} and {} of daemon {} do not share a clock (domains {} and {}, {} and "
                            "{} Hz); boards with clocks of their own need daemons of their own",
                            first.board, source.board, settings.daemon, first.clock_domain,
                            source.clock_domain, first.frequency_hz, source.frequency_hz));
    }
    return {};
}

}  // namespace spillgate::daq

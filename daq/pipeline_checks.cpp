#include "daq/pipeline_checks.hpp"

#include <utility>

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

double frequency_of(const PipelineSettings& settings, std::uint32_t board) {
    for (const auto& source : settings.sources)
        if (source.board == board) return source.frequency_hz;
    return 0;
}

namespace {

// A clock that is not the marks' own is tied to it by marks that its own boards give.
proto::Status check_domain(const PipelineSettings& settings, const hw::SourceInfo& first) {
    bool gives_marks = false;
    bool is_only_domain = true;
    for (const auto& source : settings.sources) {
        if (source.clock_domain != first.clock_domain) {
            is_only_domain = false;
            continue;
        }
        if (source.frequency_hz != first.frequency_hz)
            return error(
                ErrorKind::CONFIG,
                fmt::format("boards {} and {} share clock domain {} but tick at {} and {} Hz", first.board,
                            source.board, first.clock_domain, first.frequency_hz, source.frequency_hz));
        for (const auto& board : settings.config.board())
            gives_marks = gives_marks || (board.id() == source.board && board.gives_marks());
    }
    if (gives_marks || is_only_domain) return {};
    return error(
        ErrorKind::CONFIG,
        fmt::format("daemon {}: no board of clock domain {} gives marks (board.gives_marks); without "
                    "them nothing ties board {} to the clock of the others",
                    settings.daemon, first.clock_domain, first.board));
}

}  // namespace

proto::Status check_sources(const PipelineSettings& settings) {
    if (settings.sources.empty())
        return error(ErrorKind::CONFIG, fmt::format("daemon {} reads no board", settings.daemon));
    const auto& first = settings.sources.front();
    for (const auto& source : settings.sources) {
        if (source.frequency_hz <= 0)
            return error(ErrorKind::CONFIG, fmt::format("board {}: clock frequency {} Hz is not positive",
                                                        source.board, source.frequency_hz));
        if (source.clock_domain != first.clock_domain &&
            settings.config.gate().mode() == config::Gate::FREE_RUNNING)
            return error(
                ErrorKind::CONFIG,
                fmt::format("boards {} and {} of daemon {} do not share a clock (domains {} and {}), "
                            "and without marks nothing ties them; in mode FREE_RUNNING they need "
                            "daemons of their own",
                            first.board, source.board, settings.daemon, first.clock_domain,
                            source.clock_domain));
        if (auto status = check_domain(settings, source); !status) return status;
    }
    return {};
}

Result<CheckedPipeline> check_pipeline(const PipelineSettings& settings) {
    if (const auto checked = check_sources(settings); !checked) return checked.error();
    const auto mark_board = find_mark_board(settings);
    if (!mark_board) return mark_board.error();
    auto plan = WindowPlan::from(settings.config.gate(), settings.config.facility(),
                                 frequency_of(settings, *mark_board));
    if (!plan) return plan.error();
    return CheckedPipeline{*mark_board, std::move(*plan)};
}

}  // namespace spillgate::daq

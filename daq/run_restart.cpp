#include "daq/run_restart.hpp"

namespace spillgate::daq {

namespace {
constexpr double shortest_s = 1;
}  // namespace

std::optional<wire::Request::Start> next_start(const wire::Request::Start& was, const RunEnding& ending,
                                               std::string_view trouble, double seconds) {
    if (!was.restart() || ending.cause != RunEnding::Cause::LIMIT) return std::nullopt;
    if (!trouble.empty() && trouble != "source-ended") return std::nullopt;
    if (seconds < shortest_s) return std::nullopt;
    return was;
}

}  // namespace spillgate::daq

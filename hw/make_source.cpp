#include "hw/make_source.hpp"

#include <fmt/format.h>

#include "hw/replay/replay.hpp"
#include "hw/simulation/simulation.hpp"

namespace spillgate::hw {

proto::Result<std::unique_ptr<Source>> make_source(const config::Board& board, const config::Config& config) {
    switch (board.source_case()) {
        case config::Board::kSimulation:
            return simulation::make_simulation(board);
        case config::Board::kReplay:
            return replay::make_replay(board, config);
        case config::Board::SOURCE_NOT_SET:
            break;
    }
    return proto::error(
        proto::ErrorKind::CONFIG,
        fmt::format("board {}: no source is configured; allowed are simulation and replay", board.id()));
}

}  // namespace spillgate::hw

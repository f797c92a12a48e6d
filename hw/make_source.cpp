#include "hw/make_source.hpp"

#include <fmt/format.h>

#include "hw/beam/beam_source.hpp"
#include "hw/dig2/dig2.hpp"
#include "hw/marks/mark_inputs.hpp"
#include "hw/marks/mark_source.hpp"
#include "hw/replay/replay.hpp"
#include "hw/simulation/simulation.hpp"
#include "hw/sis3316/sis3316.hpp"

namespace spillgate::hw {

namespace {

proto::Result<std::unique_ptr<Source>> make_device(const config::Board& board, const config::Config& config) {
    switch (board.source_case()) {
        case config::Board::kSimulation:
            return simulation::make_simulation(board);
        case config::Board::kReplay:
            return replay::make_replay(board, config);
        case config::Board::kSis3316:
            return sis3316::make_sis3316(board);
        case config::Board::kDig2:
            return dig2::make_dig2(board);
        case config::Board::SOURCE_NOT_SET:
            break;
    }
    return proto::error(
        proto::ErrorKind::CONFIG,
        fmt::format("board {}: no source is configured; allowed are sis3316, dig2, simulation and replay",
                    board.id()));
}

}  // namespace

proto::Result<std::unique_ptr<Source>> make_source(const config::Board& board, const config::Config& config) {
    auto device = make_device(board, config);
    if (!device) return device;
    auto marked = marks::with_marks(std::move(*device), board);
    if (!marked) return marked;
    return beam::with_beam(std::move(*marked), board, config);
}

proto::Result<std::optional<SourceInfo>> check_board(const config::Board& board) {
    std::optional<SourceInfo> info;
    if (board.has_sis3316() || board.has_dig2()) {
        const auto device = board.has_dig2() ? dig2::make_dig2(board) : sis3316::make_sis3316(board);
        if (!device) return device.error();
        info = (*device)->info();
    } else if (board.has_simulation()) {
        info = {board.id(), board.name(),         "simulation",
                true,       board.clock_domain(), board.sample_rate_mhz() * 1e6};
    }
    if (const auto inputs = marks::inputs_of(board); !inputs) return inputs.error();
    return info;
}

}  // namespace spillgate::hw

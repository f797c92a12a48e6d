#include "hw/marks/mark_inputs.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace spillgate::hw::marks {

namespace {

using proto::error;
using proto::ErrorKind;

// The entry that settles a channel: the last one that names it, or names none. Null: no entry does.
const config::DigitizerInput* input_of(
    const google::protobuf::RepeatedPtrField<config::DigitizerInput>& inputs, std::uint32_t channel) {
    const config::DigitizerInput* found = nullptr;
    for (const auto& input : inputs)
        if (input.channel().empty() || std::ranges::find(input.channel(), channel) != input.channel().end())
            found = &input;
    return found;
}

Mark::Kind kind_of(config::MarkInput::Kind kind) {
    switch (kind) {
        case config::MarkInput::BEAM_ON:
            return Mark::Kind::BEAM_ON;
        case config::MarkInput::STROBE:
            return Mark::Kind::STROBE;
        case config::MarkInput::EXTRACT:
            break;
    }
    return Mark::Kind::EXTRACT;
}

}  // namespace

proto::Result<std::vector<Input>> inputs_of(const config::Board& board) {
    std::vector<Input> result;
    for (const auto& entry : board.mark()) {
        const auto refuse = [&](const std::string& what) {
            return error(ErrorKind::CONFIG, fmt::format("board {}: mark: {}", board.id(), what));
        };
        if (entry.from_case() == config::MarkInput::kLatch) continue;
        if (entry.from_case() == config::MarkInput::FROM_NOT_SET)
            return refuse("says nothing; allowed: pulse, trigger, latch");
        Input input;
        input.kind = kind_of(entry.kind());
        input.delay_ns = entry.delay_ns();
        input.is_pulse = entry.has_pulse();
        input.channel = input.is_pulse ? entry.pulse().channel() : entry.trigger().channel();
        const auto& inputs = board.has_dig2() ? board.dig2().input() : board.sis3316().input();
        const auto* digitizer = input_of(inputs, input.channel);
        if (board.has_dig2() || board.has_sis3316()) {
            if (digitizer == nullptr || !digitizer->enabled())
                return refuse(
                    fmt::format("channel {} is not read out; it needs an enabled input", input.channel));
            input.pretrigger_ns = digitizer->pretrigger_ns();
        }
        if (input.is_pulse) {
            input.pulse = entry.pulse();
            if (input.pulse.height_min_adc() > input.pulse.height_max_adc())
                return refuse("height_max_adc is below height_min_adc");
            if (input.pulse.width_min_ns() > input.pulse.width_max_ns())
                return refuse("width_max_ns is below width_min_ns");
        }
        result.push_back(std::move(input));
    }
    return result;
}

}  // namespace spillgate::hw::marks

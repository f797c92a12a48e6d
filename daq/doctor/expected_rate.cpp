#include "daq/doctor/expected_rate.hpp"

#include <algorithm>
#include <ranges>
#include <string_view>

namespace spillgate::daq::doctor {

namespace {

constexpr double bytes_per_sample = 2;

// The last entry that names a channel is the one that counts.
template <class Inputs>
const config::DigitizerInput* input_of(const Inputs& inputs, std::uint32_t channel) {
    const config::DigitizerInput* found = nullptr;
    for (const auto& input : inputs)
        if (input.channel().empty() || std::ranges::find(input.channel(), channel) != input.channel().end())
            found = &input;
    return found;
}

void add_missing(ExpectedRate& rate, std::string_view what) {
    if (rate.missing.find(what) != std::string::npos) return;
    rate.missing.append(rate.missing.empty() ? "" : ", ").append(what);
}

// Length of the record that each spill mark brings of this channel; 0: none.
double record_ns(const config::Board& board, std::uint32_t channel, ExpectedRate& rate) {
    if (board.has_simulation()) {
        if (!board.simulation().self_triggered()) return board.simulation().record_ns();
        add_missing(rate, "channels that trigger themselves");
        return 0;
    }
    const auto* input = board.has_sis3316() ? input_of(board.sis3316().input(), channel)
                        : board.has_dig2()  ? input_of(board.dig2().input(), channel)
                                            : nullptr;
    if (board.has_replay()) add_missing(rate, "replays");
    if (!input || !input->enabled()) return 0;
    if (input->self_trigger()) add_missing(rate, "channels that trigger themselves");
    return input->external_trigger() ? input->record_ns() : 0;
}

}  // namespace

ExpectedRate expected_rate(const config::Config& config, const std::vector<std::uint32_t>& boards) {
    ExpectedRate rate;
    if (config.gate().mode() == config::Gate::FREE_RUNNING) {
        rate.missing = "a gate without marks";
        return rate;
    }
    for (const auto& channel : config.channel()) {
        const auto board =
            std::ranges::find_if(config.board(), [&](const auto& b) { return b.id() == channel.board(); });
        if (board == config.board().end() || std::ranges::find(boards, board->id()) == boards.end()) continue;
        double share = 1;
        if (channel.policy() == config::Channel::EVERY_NTH) share = 1.0 / channel.every_nth();
        if (channel.policy() == config::Channel::PULSES) {
            add_missing(rate, "channels kept as pulses");
            share = 0;
        }
        const double samples = record_ns(*board, channel.channel(), rate) * board->sample_rate_mhz() * 1e-3;
        rate.bytes_per_s += share * samples * bytes_per_sample * config.facility().repetition_hz();
    }
    return rate;
}

}  // namespace spillgate::daq::doctor

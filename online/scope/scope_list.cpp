#include "online/scope/scope_list.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <optional>
#include <string>

#include "online/scope/scope_choice.hpp"

namespace spillgate::online {

namespace {

namespace json = boost::json;

// Of the device that reads the channel, if the config says how wide its input is.
std::optional<double> mv_per_adc(const config::Config& config, const config::Channel& channel) {
    const auto board = std::ranges::find(config.board(), channel.board(), &config::Board::id);
    if (board == config.board().end() || (!board->has_sis3316() && !board->has_dig2())) return std::nullopt;
    const auto& inputs = board->has_sis3316() ? board->sis3316().input() : board->dig2().input();
    const config::DigitizerInput* own = nullptr;
    for (const auto& input : inputs)
        if (input.channel().empty() || std::ranges::count(input.channel(), channel.channel()) > 0)
            own = &input;
    if (own == nullptr || !own->has_full_scale_v()) return std::nullopt;
    return own->full_scale_v() * 1000 / std::ldexp(1.0, static_cast<int>(board->bits()));
}

std::string role_of(const config::Channel& channel) {
    std::string role = config::Channel::Role_Name(channel.role());
    std::ranges::transform(role, role.begin(), [](unsigned char c) { return std::tolower(c); });
    return role;
}

}  // namespace

json::object scope_entry(const ScopeView& view, const ScopeSlot& slot, std::size_t channel) {
    const auto summary = summary_of(view, slot, channel, std::nullopt);
    return {{"number", slot.number},
            {"run", slot.run},
            {"slot", slot.slot},
            {"utc_s", static_cast<double>(slot.utc_ns) * 1e-9},
            {"size", summary.size ? json::value(*summary.size) : json::value(nullptr)},
            {"pulse", summary.pulse},
            {"saturated", summary.saturated},
            {"vetoed", summary.vetoed}};
}

json::array scope_channels(const ScopeView& view) {
    json::array channels;
    const auto& config = view.config->config;
    for (int i = 0; i < config.channel_size(); ++i) {
        const auto& channel = config.channel(i);
        const auto* chain = view.engine->chain_of(static_cast<std::size_t>(i));
        const auto unit = chain != nullptr ? size_unit(*chain) : std::string_view();
        const auto mv = mv_per_adc(config, channel);
        channels.push_back(
            json::object{{"name", channel.name()},
                         {"role", role_of(channel)},
                         {"chain", chain != nullptr ? json::value(channel.chain()) : json::value(nullptr)},
                         {"unit", unit.empty() ? json::value(nullptr) : json::value(unit)},
                         {"mv_per_adc", mv ? json::value(*mv) : json::value(nullptr)}});
    }
    return channels;
}

}  // namespace spillgate::online

#include "offline/reconstruction/pmt/partners.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "offline/reconstruction/pmt/coincidence.hpp"

namespace spillgate::offline::pmt {

namespace {

// "" where no daemon says which boards it reads: then one reads all.
std::string daemon_of(const config::Channel& channel, const config::Config& config) {
    for (const auto& daemon : config.daemon())
        if (std::ranges::find(daemon.board(), channel.board()) != daemon.board().end()) return daemon.name();
    return "";
}

}  // namespace

std::vector<const config::Channel*> pmts_of(const config::Channel& channel, const config::Config& config) {
    std::vector<const config::Channel*> pmts{&channel};
    for (const auto& name : channel.partner())
        for (const auto& other : config.channel())
            if (other.name() == name) pmts.push_back(&other);
    return pmts;
}

bool is_pmt_of(const config::Channel& channel, const std::string& chain, const config::Config& config) {
    const auto partner_of = [&](const config::Channel& owner) {
        return owner.chain() == chain &&
               std::ranges::find(owner.partner(), channel.name()) != owner.partner().end();
    };
    return channel.chain() == chain || std::ranges::any_of(config.channel(), partner_of);
}

const config::Board* board_of(const config::Channel& channel, const config::Config& config) {
    for (const auto& board : config.board())
        if (board.id() == channel.board()) return &board;
    return nullptr;
}

proto::Status refuse(const config::Chain& chain, const config::Channel& channel, std::string_view what) {
    return proto::error(proto::ErrorKind::CONFIG,
                        fmt::format("chain '{}' on channel '{}': {}", chain.name(), channel.name(), what));
}

// The baseline and the quality bits need traces as the digitizer gave them.
proto::Status check_policy(const config::Chain& chain, const config::Channel& channel,
                           const config::Gate& gate) {
    if (channel.policy() == config::Channel::PULSES)
        return refuse(chain, channel,
                      "it needs whole traces, the policy is PULSES; allowed: WHOLE, EVERY_NTH");
    if (channel.policy() == config::Channel::EVERY_NTH && channel.every_nth() > 1 &&
        gate.mode() != config::Gate::BEAM_TRIGGERED && gate.mode() != config::Gate::STROBED)
        return refuse(
            chain, channel,
            "with EVERY_NTH a slot without traces would look like one without pulses; allowed in this "
            "gate mode: WHOLE");
    return {};
}

proto::Status check_partners(const config::Chain& chain, const config::Channel& channel,
                             const config::Config& config, std::uint32_t coincidence_pmts) {
    const auto pmts = pmts_of(channel, config);
    if (pmts.size() > most_pmts)
        return refuse(chain, channel, fmt::format("{} PMTs; allowed: {}", pmts.size(), most_pmts));
    if (coincidence_pmts > pmts.size())
        return refuse(chain, channel,
                      fmt::format("coincidence_pmts is {}, but with its partners it has {} PMTs: name the "
                                  "others as `partner`, or ask for fewer",
                                  coincidence_pmts, pmts.size()));
    const auto* board = board_of(channel, config);
    for (const auto* partner : pmts) {
        const auto* other = board_of(*partner, config);
        if (board == nullptr || other == nullptr) continue;
        if (other->sample_rate_mhz() != board->sample_rate_mhz())
            return refuse(chain, channel,
                          fmt::format("its partner '{}' is sampled at {} MHz, it itself at {} MHz; samples "
                                      "of different length are not added",
                                      partner->name(), other->sample_rate_mhz(), board->sample_rate_mhz()));
        const auto daemon = daemon_of(channel, config);
        const auto of_partner = daemon_of(*partner, config);
        if (daemon != of_partner)
            return refuse(chain, channel,
                          fmt::format("daemon '{}' reads it, daemon '{}' its partner '{}'; a record holds "
                                      "what one daemon reads",
                                      daemon, of_partner, partner->name()));
    }
    return {};
}

}  // namespace spillgate::offline::pmt

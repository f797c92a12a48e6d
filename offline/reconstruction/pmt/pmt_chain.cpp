#include "offline/reconstruction/pmt/pmt_chain.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "offline/reconstruction/pmt/pmt_variables.hpp"
#include "offline/reconstruction/pmt/pmt_worker.hpp"

namespace spillgate::offline::pmt {

namespace {

class PmtChain final : public Chain {
  public:
    explicit PmtChain(std::shared_ptr<const PmtSettings> settings) : settings_(std::move(settings)) {}
    std::string_view kind() const override { return "pmt"; }
    std::span<const Variable> variables() const override { return pmt::variables; }
    std::span<const std::string_view> quality_names() const override { return pmt::quality_names; }
    std::unique_ptr<ChainWorker> make_worker() const override {
        return std::make_unique<PmtWorker>(settings_);
    }

  private:
    std::shared_ptr<const PmtSettings> settings_;
};

proto::Status refuse(const config::Chain& chain, const config::Channel& channel, std::string_view what) {
    return proto::error(proto::ErrorKind::CONFIG,
                        fmt::format("chain '{}' on channel '{}': {}", chain.name(), channel.name(), what));
}

const config::Board* board_of(const config::Channel& channel, const config::Config& config) {
    for (const auto& board : config.board())
        if (board.id() == channel.board()) return &board;
    return nullptr;
}

proto::Status check_codes(const config::Chain& chain, const config::Channel& channel,
                          config::PmtChain::CodeTable table, const config::Config& config) {
    const auto* board = board_of(channel, config);
    if (table == config::PmtChain::IDENTITY || board == nullptr) return {};
    if (board->bits() == 8 && board->is_signed()) return {};
    return refuse(chain, channel,
                  fmt::format("code table {} is of an 8-bit signed digitizer; board {} has {} bits, {}",
                              config::PmtChain::CodeTable_Name(table), board->id(), board->bits(),
                              board->is_signed() ? "signed" : "unsigned"));
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

proto::Status check_channel(const config::Chain& chain, const config::Channel& channel,
                            const config::Config& config) {
    if (auto status = check_codes(chain, channel, chain.pmt().codes(), config); !status) return status;
    if (auto status = check_policy(chain, channel, config.gate()); !status) return status;
    for (const auto& veto : config.channel()) {
        if (std::ranges::find(channel.veto(), veto.name()) == channel.veto().end()) continue;
        if (auto status = check_codes(chain, veto, chain.pmt().veto_codes(), config); !status) return status;
        if (auto status = check_policy(chain, veto, config.gate()); !status) return status;
    }
    return {};
}

}  // namespace

proto::Result<std::unique_ptr<Chain>> make_pmt_chain(const config::Chain& chain,
                                                     const config::Config& config) {
    auto settings = std::make_shared<PmtSettings>();
    settings->chain = chain.pmt();
    settings->whole_records =
        config.gate().mode() == config::Gate::BEAM_TRIGGERED || config.gate().mode() == config::Gate::STROBED;
    settings->spe_slices.resize(static_cast<std::size_t>(config.channel_size()));
    for (int i = 0; i < config.channel_size(); ++i) {
        const auto& channel = config.channel(i);
        if (channel.chain() != chain.name()) continue;
        if (auto status = check_channel(chain, channel, config); !status) return status.error();
        for (const auto& slice : chain.pmt().spe_slice())
            if (slice.channel().empty() || slice.channel() == channel.name())
                settings->spe_slices[static_cast<std::size_t>(i)].push_back(slice);
    }
    for (const auto& slice : chain.pmt().spe_slice()) {
        bool known = slice.channel().empty();
        for (const auto& channel : config.channel())
            known = known || (channel.name() == slice.channel() && channel.chain() == chain.name());
        if (!known)
            return proto::error(
                proto::ErrorKind::CONFIG,
                fmt::format("chain '{}': spe_slice for channel '{}', which does not use this chain",
                            chain.name(), slice.channel()));
        if (slice.valid_from_utc_ns() >= slice.valid_to_utc_ns())
            return proto::error(
                proto::ErrorKind::CONFIG,
                fmt::format(
                    "chain '{}': spe_slice from {} to {} holds at no time; valid_from must come first",
                    chain.name(), slice.valid_from_utc_ns(), slice.valid_to_utc_ns()));
    }
    return std::unique_ptr<Chain>(std::make_unique<PmtChain>(std::move(settings)));
}

}  // namespace spillgate::offline::pmt

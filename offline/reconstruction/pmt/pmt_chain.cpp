#include "offline/reconstruction/pmt/pmt_chain.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "offline/reconstruction/pmt/partners.hpp"
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
    std::uint32_t trace_quality() const override { return pmt::trace_quality; }
    std::unique_ptr<ChainWorker> make_worker() const override {
        return std::make_unique<PmtWorker>(settings_);
    }

  private:
    std::shared_ptr<const PmtSettings> settings_;
};

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

proto::Status check_channel(const config::Chain& chain, const config::Channel& channel,
                            const config::Config& config) {
    for (const auto* pmt : pmts_of(channel, config)) {
        if (auto status = check_codes(chain, *pmt, chain.pmt().codes(), config); !status) return status;
        if (auto status = check_policy(chain, *pmt, config.gate()); !status) return status;
    }
    for (const auto& veto : config.channel()) {
        if (std::ranges::find(channel.veto(), veto.name()) == channel.veto().end()) continue;
        if (auto status = check_codes(chain, veto, chain.pmt().veto_codes(), config); !status) return status;
        if (auto status = check_policy(chain, veto, config.gate()); !status) return status;
    }
    if (channel.partner_size() == 0) return {};
    return check_partners(chain, channel, config, chain.pmt().coincidence_pmts());
}

// Of the integration window on the channel's board.
std::int64_t integration_samples(const config::Chain& chain, const config::Channel& channel,
                                 const config::Config& config) {
    const auto* board = board_of(channel, config);
    return board == nullptr ? 0 : samples_of_ns(chain.pmt().integration_ns(), 1e3 / board->sample_rate_mhz());
}

}  // namespace

proto::Result<std::unique_ptr<Chain>> make_pmt_chain(const config::Chain& chain,
                                                     const config::Config& config) {
    auto spe = SpeCharges::make(chain.name(), chain.pmt().spe_charge_adc(), chain.pmt().spe_slice(), config);
    if (!spe) return spe.error();
    std::int64_t samples = 0;  // of detectors with several PMTs
    std::size_t pmts = 1;
    for (const auto& channel : config.channel()) {
        if (channel.chain() != chain.name()) continue;
        if (auto status = check_channel(chain, channel, config); !status) return status.error();
        if (channel.partner_size() == 0) continue;
        samples = std::max(samples, integration_samples(chain, channel, config));
        pmts = std::max(pmts, pmts_of(channel, config).size());
    }
    if (pmts > 1)
        if (auto status = check_exact_sums(chain.name(), *spe, samples, pmts); !status) return status.error();

    auto settings = std::make_shared<PmtSettings>();
    settings->chain = chain.pmt();
    settings->whole_records =
        config.gate().mode() == config::Gate::BEAM_TRIGGERED || config.gate().mode() == config::Gate::STROBED;
    settings->longest = longest_exact_sum(*spe, pmts);
    settings->spe = std::move(*spe);
    return std::unique_ptr<Chain>(std::make_unique<PmtChain>(std::move(settings)));
}

}  // namespace spillgate::offline::pmt

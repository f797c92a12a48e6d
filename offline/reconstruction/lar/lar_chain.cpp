#include <algorithm>

#include <fmt/format.h>

#include "offline/reconstruction/lar/lar.hpp"
#include "offline/reconstruction/lar/lar_variables.hpp"
#include "offline/reconstruction/lar/lar_worker.hpp"
#include "offline/reconstruction/pmt/partners.hpp"
#include "offline/reconstruction/pmt/settings.hpp"

namespace spillgate::offline::lar {

namespace {

class LarChain final : public Chain {
  public:
    explicit LarChain(std::shared_ptr<const LarSettings> settings) : settings_(std::move(settings)) {}
    std::string_view kind() const override { return "lar"; }
    std::span<const Variable> variables() const override { return lar::variables; }
    std::span<const std::string_view> quality_names() const override { return lar::quality_names; }
    std::uint32_t trace_quality() const override { return lar::trace_quality; }
    std::unique_ptr<ChainWorker> make_worker() const override {
        return std::make_unique<LarWorker>(settings_);
    }

  private:
    std::shared_ptr<const LarSettings> settings_;
};

// Samples of the longest sum on a channel's board, and of the search for the maximum.
std::int64_t longest_samples(const config::LarChain& chain, const config::Channel& channel,
                             const config::Config& config) {
    const auto* board = pmt::board_of(channel, config);
    if (board == nullptr) return 0;
    const double period_ns = 1e3 / board->sample_rate_mhz();
    const std::int64_t integral = std::int64_t{pmt::samples_of_ns(chain.integration_ns(), period_ns)} +
                                  pmt::samples_of_ns(chain.pre_ns(), period_ns, 0);
    return std::max<std::int64_t>(integral, pmt::samples_of_ns(chain.maximum_within_ns(), period_ns));
}

proto::Status check_channel(const config::Chain& chain, const config::Channel& channel,
                            const config::Config& config) {
    for (const auto* pmt : pmt::pmts_of(channel, config))
        if (auto status = pmt::check_policy(chain, *pmt, config.gate()); !status) return status;
    for (const auto& veto : config.channel())
        if (std::ranges::find(channel.veto(), veto.name()) != channel.veto().end())
            if (auto status = pmt::check_policy(chain, veto, config.gate()); !status) return status;
    return pmt::check_partners(chain, channel, config, chain.lar().coincidence_pmts());
}

proto::Status check_lengths(const config::Chain& chain) {
    const auto& lar = chain.lar();
    if (lar.prompt_ns() <= lar.integration_ns()) return {};
    return proto::error(
        proto::ErrorKind::CONFIG,
        fmt::format("chain '{}': prompt_ns is {}, beyond integration_ns = {}; it is a part of it",
                    chain.name(), lar.prompt_ns(), lar.integration_ns()));
}

}  // namespace

proto::Result<std::unique_ptr<Chain>> make_lar_chain(const config::Chain& chain,
                                                     const config::Config& config) {
    if (auto status = check_lengths(chain); !status) return status.error();
    auto spe =
        pmt::SpeCharges::make(chain.name(), chain.lar().spe_charge_adc(), chain.lar().spe_slice(), config);
    if (!spe) return spe.error();
    std::int64_t samples = 1;
    std::size_t pmts = 1;
    for (const auto& channel : config.channel()) {
        if (channel.chain() != chain.name()) continue;
        if (auto status = check_channel(chain, channel, config); !status) return status.error();
        samples = std::max(samples, longest_samples(chain.lar(), channel, config));
        pmts = std::max(pmts, pmt::pmts_of(channel, config).size());
    }
    // One to spare: a sum of the longest length says that it was cut.
    if (auto status = pmt::check_exact_sums(chain.name(), *spe, samples + 1, pmts); !status)
        return status.error();

    auto settings = std::make_shared<LarSettings>();
    settings->chain = chain.lar();
    settings->whole_records =
        config.gate().mode() == config::Gate::BEAM_TRIGGERED || config.gate().mode() == config::Gate::STROBED;
    settings->longest = pmt::longest_exact_sum(*spe, pmts);
    settings->spe = std::move(*spe);
    return std::unique_ptr<Chain>(std::make_unique<LarChain>(std::move(settings)));
}

}  // namespace spillgate::offline::lar

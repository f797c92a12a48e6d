#include "offline/reconstruction/hpge/hpge.hpp"

#include "offline/reconstruction/hpge/checks.hpp"
#include "offline/reconstruction/hpge/hpge_variables.hpp"
#include "offline/reconstruction/hpge/hpge_worker.hpp"

namespace spillgate::offline::hpge {

namespace {

class HpgeChain final : public Chain {
  public:
    explicit HpgeChain(std::shared_ptr<const HpgeSettings> settings) : settings_(std::move(settings)) {}
    std::string_view kind() const override { return "hpge"; }
    std::span<const Variable> variables() const override { return hpge::variables; }
    std::span<const std::string_view> quality_names() const override { return hpge::quality_names; }
    std::uint32_t trace_quality() const override { return hpge::trace_quality; }
    std::unique_ptr<ChainWorker> make_worker() const override {
        return std::make_unique<HpgeWorker>(settings_);
    }

  private:
    std::shared_ptr<const HpgeSettings> settings_;
};

}  // namespace

proto::Result<std::unique_ptr<Chain>> make_hpge_chain(const config::Chain& chain,
                                                      const config::Config& config) {
    if (auto status = check_chain(chain, config); !status) return status.error();
    auto settings = std::make_shared<const HpgeSettings>(chain, config);
    return std::unique_ptr<Chain>(std::make_unique<HpgeChain>(std::move(settings)));
}

}  // namespace spillgate::offline::hpge

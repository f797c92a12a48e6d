#include "offline/reconstruction/chain.hpp"

#include <fmt/format.h>

#include "offline/reconstruction/hpge/hpge.hpp"
#include "offline/reconstruction/lar/lar.hpp"
#include "offline/reconstruction/pmt/pmt_chain.hpp"

namespace spillgate::offline {

proto::Result<std::unique_ptr<Chain>> make_chain(const config::Chain& chain, const config::Config& config) {
    if (chain.has_pmt()) return pmt::make_pmt_chain(chain, config);
    if (chain.has_lar()) return lar::make_lar_chain(chain, config);
    if (chain.has_hpge()) return hpge::make_hpge_chain(chain, config);
    return proto::error(
        proto::ErrorKind::CONFIG,
        fmt::format("chain '{}' has no kind; allowed: pmt {{ … }}, lar {{ … }}, hpge {{ … }}", chain.name()));
}

}  // namespace spillgate::offline

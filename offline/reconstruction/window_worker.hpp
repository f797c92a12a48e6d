// What every chain does with a slot: its traces are analysed once, each window gets a candidate, and muons on
// the veto channels are counted alike.
#pragma once

#include <cstdint>
#include <vector>

#include "offline/reconstruction/chain.hpp"
#include "offline/reconstruction/veto/veto.hpp"

namespace spillgate::offline {

class WindowWorker : public ChainWorker {
  public:
    void reconstruct(const ChannelSlot& slot, std::vector<Candidate>& out) final;

  protected:
    // Where a chain's candidates have what is filled in here, or read: indices into Candidate::value, and the
    // quality bit.
    struct MuonPlaces {
        std::size_t count, first_us, last_us, since_us, t_rec_ns;
        std::uint32_t quality;
    };

    WindowWorker(const veto::VetoSettings& veto, const MuonPlaces& places) : veto_(veto), places_(places) {}

    virtual void analyse(const ChannelSlot& slot) = 0;
    // Everything of a window's candidate but muons; values are absent (NaN) before. True if it is found.
    virtual bool fill(const proto::SpillRecord& record, const proto::Window& window,
                      Candidate& candidate) = 0;

  private:
    void fill_muons(const proto::SpillRecord& record, const proto::Window& window,
                    Candidate& candidate) const;

    veto::VetoSearch veto_;
    MuonPlaces places_;
};

}  // namespace spillgate::offline

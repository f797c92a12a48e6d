// What the pulses of one HPGe channel say of its constants: one per trace, the highest.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "offline/reconstruction/hpge/lengths.hpp"
#include "offline/reconstruction/hpge/trace_sums.hpp"
#include "proto/result.hpp"
#include "proto/schema/config.pb.h"
#include "proto/spill_record.hpp"

namespace spillgate::offline {

// The fixed-time energy is linear in λ (pole_zero.hpp): energy_adc = at_zero + per_lambda·λ. So the decay
// constant can be chosen after the run has been read.
struct HpgePulse {
    double at_zero = 0;
    double per_lambda = 0;
    double tail_lambda = 0;     // λ that makes this pulse's tail flat; NaN: no tail
    double baseline_slope = 0;  // ADC per sample
    double energy(double lambda) const { return at_zero + per_lambda * lambda; }
};

struct HpgeChannelPulses {
    double sample_period_ns = 0;
    std::vector<HpgePulse> pulses;
    std::uint64_t rejected = 0;      // overflow, pile-up, short or reduced traces, pulses under the threshold
    std::uint64_t other_period = 0;  // traces of another sample period than the first
};

// Those on a level baseline: |slope − median| within 4 σ of the channel's own spread (from its median
// deviation). A slope of s is the tail of an earlier pulse and makes an energy wrong by s·(rise + flat top).
std::vector<HpgePulse> on_level_baseline(const std::vector<HpgePulse>& pulses);

// Reads the traces of a chain's detector channels as the chain does, but looks for a pulse anywhere in a
// trace. Not thread-safe.
class HpgePulses {
  public:
    // Errors: CONFIG (no such HPGe chain, no channel that uses it).
    static proto::Result<HpgePulses> make(const config::Config& config, const std::string& chain);
    void add(const proto::SpillRecord& record);
    const std::map<std::string, HpgeChannelPulses>& channels() const { return by_channel_; }
    double chain_decay_ns() const { return chain_.decay_ns(); }

  private:
    void add_trace(const proto::SpillRecord& record, const proto::Trace& trace, HpgeChannelPulses& out);

    config::HpgeChain chain_;
    std::vector<config::Channel> channels_;
    hpge::TraceSums sums_;
    std::map<std::string, HpgeChannelPulses> by_channel_;
};

}  // namespace spillgate::offline

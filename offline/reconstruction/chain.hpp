// The interface of a reconstruction chain: one detector's traces of a slot in, a candidate per window out.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "offline/reconstruction/candidate.hpp"
#include "offline/reconstruction/channel_facts.hpp"
#include "proto/result.hpp"
#include "proto/schema/config.pb.h"
#include "proto/spill_record.hpp"

namespace spillgate::offline {

// The traces of one channel: indices into SpillRecord::traces, raw stream, in time order.
struct ChannelTraces {
    std::uint16_t channel = 0;  // index into Config.channel
    std::vector<std::uint32_t> indices;
};

// The traces of one detector in one slot, and the windows that they are to be searched in. Sample positions
// of window bounds come from proto::sample_position.
struct ChannelSlot {
    const proto::SpillRecord& record;
    std::uint16_t channel = 0;                // index into Config.channel: the channel that names the chain
    std::span<const std::uint32_t> traces;    // its own, as ChannelTraces::indices
    std::span<const ChannelTraces> vetoes;    // of its veto channels, as Channel.veto orders them
    std::span<const ChannelTraces> partners;  // of its partners, as Channel.partner orders them
};

// Works on one thread; holds scratch memory, so that nothing is allocated per window once warm.
class ChainWorker {
  public:
    virtual ~ChainWorker() = default;
    // Appends one candidate per window of the record. Never reads outside a trace: a trace shorter than the
    // chain needs gives its windows the quality bit "short-trace".
    virtual void reconstruct(const ChannelSlot& slot, std::vector<Candidate>& out) = 0;
    // Appends what `slot`, the one that was reconstructed last, tells of its channel and partners. A chain
    // without a baseline tells nothing.
    virtual void tell(const ChannelSlot& /*slot*/, ChannelFacts& /*out*/) const {}
};

// Immutable and shared by threads.
class Chain {
  public:
    virtual ~Chain() = default;
    virtual std::string_view kind() const = 0;                            // "pmt", "lar"
    virtual std::span<const Variable> variables() const = 0;              // at most max_variables
    virtual std::span<const std::string_view> quality_names() const = 0;  // by bit
    // The bits that a whole trace decides, whatever window of it is meant.
    virtual std::uint32_t trace_quality() const = 0;
    virtual std::unique_ptr<ChainWorker> make_worker() const = 0;
};

// Errors: CONFIG (a chain that does not fit its channels).
proto::Result<std::unique_ptr<Chain>> make_chain(const config::Chain& chain, const config::Config& config);

}  // namespace spillgate::offline

// The engine: the same code online and offline. reconstruct → (verdict) → select → fill. For one run, config
// and calibration set the histograms are bit-identical, whatever the order, the number of threads or the
// machine.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "offline/reconstruction/candidate.hpp"
#include "offline/reconstruction/chain.hpp"
#include "offline/reconstruction/channel_facts.hpp"
#include "offline/spectra/spectra.hpp"
#include "proto/result.hpp"
#include "proto/schema/config.pb.h"
#include "proto/spill_record.hpp"

namespace spillgate::offline {

// Goes up when the same config would give other histograms than before; part of Engine::hash().
inline constexpr int engine_version = 1;

// Reconstructs on one thread; one per thread.
class EngineWorker {
  public:
    virtual ~EngineWorker() = default;
    // Overwrites `out`, reusing its memory.
    virtual void reconstruct(const proto::SpillRecord& record, SlotCandidates& out) = 0;
    // The same, and overwrites `facts` with what the slot tells of its channels. Little more work: at most
    // level_samples of each trace, and its isolated peaks, are looked at once more.
    virtual void reconstruct(const proto::SpillRecord& record, SlotCandidates& out, ChannelFacts& facts) = 0;
};

// Immutable once made; shared by threads.
class Engine {
  public:
    // Errors: CONFIG, with what is wrong and what is allowed (unknown variable, cut cost, chain that does not
    // fit).
    static proto::Result<std::shared_ptr<const Engine>> make(const config::Config& config);
    // The same with the chains given, one per Config.chain in its order: for chains from elsewhere.
    static proto::Result<std::shared_ptr<const Engine>> make(
        const config::Config& config, std::vector<std::shared_ptr<const Chain>> chains);
    virtual ~Engine() = default;

    virtual std::unique_ptr<EngineWorker> make_worker() const = 0;
    virtual std::unique_ptr<Spectra> make_spectra() const = 0;  // empty
    virtual const config::Config& config() const = 0;
    // SHA-256 of the parts of the config that decide histograms (chains, selections, spectra, channels,
    // daemons, gate mode, what is sealed) with the engine's own version: a checkpoint with another hash is
    // discarded.
    virtual const std::string& hash() const = 0;
    // By index into Config.channel; nothing if that is no detector channel with a chain.
    virtual const Chain* chain_of(std::size_t channel) const = 0;
};

}  // namespace spillgate::offline

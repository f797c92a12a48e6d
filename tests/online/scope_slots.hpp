// Slots as the live thread gives them to the scope, made by hand.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "online/scope/scope_ring.hpp"
#include "tests/online/synthetic_run.hpp"

namespace spillgate::test {

// In the demo's windows: samples of the trace where a pulse of so many ADC begins.
inline constexpr std::size_t sample_in_ac = 21'000;
inline constexpr std::size_t sample_in_c = 28'500;

struct ScopePulse {
    std::size_t sample = 0;
    int depth = 20;  // ADC; 50 samples long
};

struct ScopeSlotPlan {
    std::uint64_t slot = 0;
    std::uint32_t run = 7;
    std::vector<ScopePulse> pulses{};
    bool beam = true;
    bool vetoed = false;  // by the facility
};

class ScopeFeeder {
  public:
    // By the demo's config.
    explicit ScopeFeeder(online::ScopeRing& ring, bool blinded = false);
    // The record, then its verdict, unless that is to be kept back.
    void add(const ScopeSlotPlan& plan, bool with_verdict = true);
    proto::Verdict verdict(const ScopeSlotPlan& plan) const;
    proto::SpillRecord record(const ScopeSlotPlan& plan) const;
    const config::Config& config() const { return config_->config; }
    const std::shared_ptr<const offline::Engine>& engine() const { return engine_; }

  private:
    online::ScopeRing& ring_;
    std::shared_ptr<const proto::LoadedConfig> config_;
    std::shared_ptr<const offline::Engine> engine_;
    std::unique_ptr<online::ReconstructionCrew> crew_;
};

}  // namespace spillgate::test

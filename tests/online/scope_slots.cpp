#include "tests/online/scope_slots.hpp"

#include <algorithm>

#include "proto/wire.hpp"

namespace spillgate::test {

ScopeFeeder::ScopeFeeder(online::ScopeRing& ring, bool blinded) : ring_(ring) {
    auto loaded = demo_config();
    loaded.config.set_blinded(blinded);
    config_ = std::make_shared<const proto::LoadedConfig>(std::move(loaded));
    engine_ = offline::Engine::make(config_->config).value();
    crew_ = std::make_unique<online::ReconstructionCrew>(*engine_, 1);
    ring_.begin(config_, engine_);
}

// One of the synthetic run, without its pulses.
proto::SpillRecord ScopeFeeder::record(const ScopeSlotPlan& plan) const {
    static const auto message = synthetic_messages(1, 1, 1).front();
    proto::SpillRecord record;
    proto::decode_spill(std::as_bytes(std::span(message.header)), message.payload(), record).value();
    record.run = plan.run;
    record.slot = plan.slot;
    record.utc_ns = 1'000'000'000 * static_cast<std::int64_t>(1 + plan.slot);
    std::ranges::fill(record.samples, std::uint16_t{100});
    for (const auto& [sample, depth] : plan.pulses)
        for (std::size_t i = sample; i < sample + 50; ++i)
            record.samples[i] =
                static_cast<std::uint16_t>(static_cast<std::int16_t>(std::max(100 - depth, -128)));
    return record;
}

proto::Verdict ScopeFeeder::verdict(const ScopeSlotPlan& plan) const {
    proto::Verdict verdict;
    verdict.run = plan.run;
    verdict.slot = plan.slot;
    verdict.daemon = "daq";
    verdict.disposition = wire::COMPLETE;
    verdict.charge_state = wire::CHARGE_MEASURED;
    verdict.charge_pc = plan.beam ? 23'300'000 : 0;
    verdict.has_record = true;
    verdict.facility_veto = plan.vetoed;
    if (!plan.beam) verdict.quality |= proto::bit(proto::SlotQuality::NO_BEAM);
    if (plan.vetoed) verdict.quality |= proto::bit(proto::SlotQuality::VETOED);
    for (const auto& window : record(plan).windows)
        verdict.windows.push_back({window.kind, window.roi_end - window.roi_begin, 0, false, false});
    return verdict;
}

void ScopeFeeder::add(const ScopeSlotPlan& plan, bool with_verdict) {
    const auto message = proto::encode(std::make_shared<const proto::SpillRecord>(record(plan)));
    online::RawMessage raw;
    raw.topic = proto::Topic::SPILL;
    raw.header = zmq::message_t(message.header.data(), message.header.size());
    raw.samples = zmq::message_t(message.payload().data(), message.payload().size());
    online::SpillJob job;
    job.header = raw.header_bytes();
    job.samples = raw.sample_bytes();
    crew_->run({&job, 1});
    job.status.value();
    ring_.take(std::move(raw), job);
    if (with_verdict) ring_.take(verdict(plan));
}

}  // namespace spillgate::test

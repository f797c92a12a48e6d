// Hand-made records of a detector with several PMTs, and the engine that reads them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "offline/engine.hpp"
#include "proto/schema/config.pb.h"
#include "proto/spill_record.hpp"
#include "tests/offline/reconstruction/pmt_record.hpp"

namespace spillgate::offline::test {

// Channels "pmt0" … of one detector, the even ones on board 0 and the odd ones on board 1 (250 MS/s, 12 bits,
// a clock domain each), "pmt0" with chain "chain" (still without a kind) and the others as its partners, and
// a veto channel "veto" on board 0; beam-triggered.
config::Config several_pmts_config(std::size_t pmts);

// A record for it; t0 is tick 1000 of domain 0, tick 777000 of domain 1.
struct SeveralPmtsRecord {
    SeveralPmtsRecord();
    // Starts `first_tick` after t0 in the clock domain of its board.
    std::uint32_t add_trace(std::size_t pmt, std::int64_t first_tick, const Codes& codes,
                            std::uint32_t ticks_per_sample = 1);
    std::uint32_t add_veto(std::int64_t first_tick, const Codes& codes);
    // Holds all traces so far; bounds in ticks after t0.
    proto::Window& add_window(proto::WindowKind kind, std::int64_t pretrace_begin, std::int64_t pretrace_end,
                              std::int64_t roi_begin, std::int64_t roi_end);
    proto::SpillRecord record;
};

// The config's engine with one worker.
class EngineUnderTest {
  public:
    explicit EngineUnderTest(const config::Config& config);
    const std::vector<Candidate>& reconstruct(const proto::SpillRecord& record);
    // By the names that selections use; fails the test if there is none.
    double value(const Candidate& candidate, std::string_view variable) const;
    bool has_quality(const Candidate& candidate, std::string_view name) const;
    const Chain& chain() const { return *engine_->chain_of(0); }

  private:
    std::shared_ptr<const Engine> engine_;
    std::unique_ptr<EngineWorker> worker_;
    SlotCandidates out_;
};

// What make_chain says of the config's only chain; "" if it takes it.
std::string refusal(const config::Config& config);

}  // namespace spillgate::offline::test

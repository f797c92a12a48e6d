// From triggers to events in the outbox, as the module's settings want it.
//
// Dead time: in scope a trigger less than a record after the one before is lost, and one that finds the
// memory full; both count in /par/losttriggercnt and, with TriggerIDMode TriggerCnt, leave a gap in the
// trigger numbers. In DPP-PSD the same holds for each channel by itself, and shows in its statistics.
#pragma once

#include <cstdint>
#include <vector>

#include "hw/emulator/detector_feed.hpp"
#include "hw/emulator/dig2/ledger.hpp"
#include "hw/emulator/dig2/node_tree.hpp"
#include "hw/emulator/dig2/outbox.hpp"
#include "hw/emulator/dig2/trigger_finder.hpp"
#include "hw/emulator/fault_draws.hpp"

namespace spillgate::hw::emulator::dig2 {

struct AcquisitionCounts {
    std::uint64_t triggers = 0;  // events (scope) or hits (DPP) that were triggered
    std::uint64_t stored = 0;
    std::uint64_t lost_busy = 0;
    std::uint64_t lost_full = 0;
    std::uint64_t lost_behind = 0;  // the simulation is slower than the detector
    std::uint64_t corrupted = 0;
};

class Acquisition {
  public:
    Acquisition(DetectorFeed& feed, const NodeTree& settings, const Identity& identity, Outbox& outbox,
                Ledger& ledger, FaultDraws& faults, std::int64_t trigger_delay_ticks,
                std::uint32_t runs_before);

    void start();    // the counter begins at the preset
    void stop();     // what was triggered is still recorded
    void abandon();  // power fails, or data are cleared: nothing more comes of it
    bool running() const { return running_; }
    void software_trigger();
    // Records what was triggered and is complete by now. Called every few ms.
    void advance();

    void preset(std::uint64_t stamp) { preset_ = stamp; }
    void step(std::int64_t ticks) { offset_ += ticks / ticks_per_stamp_; }
    std::uint32_t runs() const { return run_; }
    const AcquisitionCounts& counts() const { return counts_; }
    std::uint64_t lost_in_run() const { return lost_in_run_; }
    std::uint64_t triggers_in_run() const { return triggers_in_run_; }
    double seconds_in_run() const;

  private:
    struct Channel {
        bool enabled = false;
        bool self = false;    // DPP: triggers itself
        bool global = false;  // DPP: by the global trigger
        bool wide = false;
        bool negative = false;
        std::int64_t record = 0;
        std::int64_t pretrigger = 0;
        std::int64_t gate_offset = 0;
        std::int64_t gate_short = 0;
        std::int64_t gate_long = 0;
        std::int64_t busy_until = 0;
        std::uint32_t triggers = 0;
        std::uint32_t saved = 0;
        std::uint64_t dead_stamps = 0;
    };

    void read_settings();
    void read_scope();
    void read_psd();
    std::vector<SelfTrigger> self_triggers() const;
    std::uint64_t stamp_of(std::int64_t tick) const;  // counter of that moment, not cut to 48 bits
    std::int64_t grid(std::int64_t tick) const;       // the first moment of the counter that is not before
    bool accepts(bool busy);
    void record_scope(const Trigger& trigger);
    void record_psd(const Trigger& trigger);
    void record_hit(Channel& channel, std::uint32_t number, std::int64_t tick);
    void flush_hits();
    void statistics(std::int64_t tick);  // all hits before have been recorded
    bool corrupt(Bytes& event, std::size_t header_bytes);

    DetectorFeed& feed_;
    const NodeTree& settings_;
    Identity identity_;
    Outbox& outbox_;
    Ledger& ledger_;
    FaultDraws& faults_;
    TriggerFinder triggers_;
    std::int64_t ticks_per_stamp_ = 1;
    bool running_ = false;
    bool behind_ = false;
    bool external_ = false;
    bool software_ = false;
    bool numbers_lost_ = false;  // TriggerIDMode TriggerCnt
    std::uint64_t mask_ = 0;
    std::vector<Channel> channels_;
    std::int64_t longest_after_ = 0;  // ticks from a trigger to the end of its record

    std::int64_t begin_ = 0;  // tick at which the counter was at the preset
    std::uint64_t preset_ = 0;
    std::int64_t offset_ = 0;  // steps of the clock, stamps
    std::uint32_t run_ = 0;
    std::uint32_t trigger_id_ = 0;
    std::int64_t busy_until_ = 0;
    std::int64_t next_statistics_ = 0;
    std::uint32_t aggregate_ = 0;
    Bytes hits_;
    Bytes event_;
    std::vector<std::uint16_t> samples_;
    AcquisitionCounts counts_;
    std::uint64_t lost_in_run_ = 0;
    std::uint64_t triggers_in_run_ = 0;
};

}  // namespace spillgate::hw::emulator::dig2

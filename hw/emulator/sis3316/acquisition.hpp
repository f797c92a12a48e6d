// The sampling side of a module: triggers, gates, banks, timestamps and counters, in the device's time.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "hw/emulator/detector_feed.hpp"
#include "hw/emulator/event_ledger.hpp"
#include "hw/emulator/fault_draws.hpp"
#include "hw/emulator/sis3316/bank_book.hpp"
#include "hw/emulator/sis3316/bank_memory.hpp"
#include "hw/emulator/sis3316/event_writer.hpp"
#include "hw/emulator/sis3316/register_file.hpp"
#include "hw/emulator/sis3316/trigger_finder.hpp"
#include "proto/schema/emulator.pb.h"

namespace spillgate::hw::emulator::sis3316 {

// Of one channel, as the module's statistic counters have them (transfer space 11, in this order).
struct ChannelCounters {
    std::uint32_t internal_triggers = 0;
    std::uint32_t hits_stored = 0;
    std::uint32_t dead_time = 0;  // triggers while an event was in progress, or with no room
    std::uint32_t pile_up = 0;    // events flagged
    std::uint32_t veto = 0;
    std::uint32_t high_energy = 0;
};

// Beside the module's own counters.
struct AcquisitionTotals {
    std::uint64_t events_stored = 0;
    std::uint64_t words_stored = 0;
    std::uint64_t lost_bank_full = 0;
    std::uint64_t lost_at_threshold = 0;
    std::uint64_t truncated = 0;
    std::uint64_t corrupted = 0;
    std::uint64_t bank_swaps = 0;
    std::uint64_t across_swaps = 0;    // events in progress at one, whether or not they were cut
    std::uint64_t cycles_skipped = 0;  // the emulator was more than a second behind
};

// Not thread-safe: whoever holds the module's lock. An event is written when its last sample has been taken;
// time goes on only in advance(). `now` is a tick of the feed's clock.
class Acquisition {
  public:
    // All of them must outlive this.
    Acquisition(const config::EmulatedSis3316& config, std::unique_ptr<DetectorFeed> feed, BankMemory& memory,
                EventLedger& ledger, const config::EmulatedFaults& faults);

    DetectorFeed& feed() { return *feed_; }
    // Forgets everything; the counter of timestamps begins at the configured preset.
    void power_up(std::int64_t now, RegisterFile& registers);
    // Does what is due, at most `steps` of it (an event, a trigger, a search). False: nothing is left to do.
    bool advance(std::int64_t now, std::size_t steps);
    void catch_up(std::int64_t now) {
        while (advance(now, SIZE_MAX)) {
        }
    }

    // Keys; each first catches up.
    void arm(unsigned bank, std::int64_t now);
    void disarm(std::int64_t now);
    void trigger(std::int64_t now);
    void clear_timestamp(std::int64_t now);
    void clear_latch() { latched_ = false; }

    void registers_changed() { stale_ = true; }
    void apply(const config::EmulatedFaults& faults) { draws_.apply(faults); }
    void step_clock(std::int64_t ticks) { timestamp_origin_ -= ticks; }
    void preset_timestamp(std::uint64_t value, std::int64_t now);
    void fill_banks() { book_.fill(); }

    const BankBook& book() const { return book_; }
    bool busy(unsigned channel) const { return in_progress_[channel].has_value(); }
    bool latched() const { return latched_; }
    std::uint64_t latch() const { return latch_; }
    std::uint32_t trigger_counter(unsigned channel) const { return trigger_counters_[channel]; }
    // As the statistic mode (0x090) of its group has it: live, or of the last swap of banks.
    ChannelCounters counters(unsigned channel) const;
    const AcquisitionTotals& totals() const { return totals_; }

  private:
    struct Incident {
        enum class Kind : std::uint8_t { TRIGGER_INPUT, USER_INPUT, INTERNAL };
        std::int64_t tick = 0;
        Kind kind = Kind::TRIGGER_INPUT;
        std::uint8_t channel = 0;
        bool high_energy = false;
    };
    struct InProgress {
        EventStart start;
        std::int64_t end = 0;  // tick after its last sample is in memory
        unsigned bank = 0;
    };

    config::EmulatedSis3316 config_;
    std::unique_ptr<DetectorFeed> feed_;
    BankMemory& memory_;
    EventLedger& ledger_;
    FaultDraws draws_;
    RegisterFile* registers_ = nullptr;
    TriggerFinder finder_;
    EventWriter writer_;
    BankBook book_;

    std::array<ChannelSetup, channel_count> setups_;
    bool stale_ = true;
    std::array<std::optional<InProgress>, channel_count> in_progress_;
    std::array<std::int64_t, channel_count> last_trigger_{};
    std::array<std::int64_t, channel_count> busy_until_{};
    std::array<ChannelCounters, channel_count> counters_{};
    std::array<ChannelCounters, channel_count> latched_counters_{};
    std::array<std::uint32_t, channel_count> trigger_counters_{};
    AcquisitionTotals totals_;

    std::vector<Incident> incidents_;  // by time
    std::vector<InternalTrigger> found_;
    std::int64_t searched_until_ = 0;  // incidents before it are known
    std::int64_t timestamp_origin_ = 0;
    std::uint64_t latch_ = 0;
    bool latched_ = false;

    std::uint64_t timestamp(std::int64_t tick) const;
    bool step(std::int64_t now);
    void skip_if_behind(std::int64_t now);
    void refresh();
    void search(std::int64_t until);
    std::optional<unsigned> next_to_end(std::int64_t now) const;
    bool may_move_on() const;
    void happen(const Incident& incident);
    void external_trigger(std::int64_t tick);
    void user_input(std::int64_t tick);
    void internal_trigger(const Incident& incident);
    void open(unsigned channel, std::int64_t tick);
    void store(unsigned channel);
    std::optional<Fate> refusal(unsigned channel, const InProgress& event, std::uint32_t words) const;
    void write_event(unsigned channel, const InProgress& event, std::uint32_t words, std::uint32_t kept);
    void truncate_events(std::int64_t now);
    void enter(unsigned channel, const InProgress& event, std::uint32_t words, std::uint32_t crc, Fate fate);
};

}  // namespace spillgate::hw::emulator::sis3316

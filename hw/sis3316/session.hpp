// One stretch of read-out of a module that is set up: from arming to a stop or an error, within one epoch.
//
// Times. A timestamp is latched when the trigger opens its gate; the first sample lies the pretrigger delay
// before it (manual, event format and pretrigger register). The counter has 48 bits and is continued across
// its wraps by what DeviceClock knows.
//
// Watermark. After a bank was swapped and read, all events that ended before the swap was sent have been
// delivered. An event that was being recorded then may stand in the next bank: it began at most the longest
// event before, and its first sample the pretrigger delay earlier. So the watermark is the counter's lower
// bound at the moment of sending, less the longest event, less the longest pretrigger, less the delay of
// latched marks. It moves on with the host's clock even if there are no events.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <random>
#include <stop_token>

#include "hw/sis3316/bank_reader.hpp"
#include "hw/sis3316/device_clock.hpp"
#include "hw/sis3316/event_decoder.hpp"
#include "hw/source.hpp"

namespace spillgate::hw::sis3316 {

// The counter of an epoch, followed by the host's clock.
struct Counter {
    std::uint32_t epoch = 0;
    DeviceClock clock;
};

struct SessionSettings {
    std::uint32_t board = 0;
    std::uint32_t clock_domain = 0;
    std::uint32_t epoch = 0;
    std::optional<Mark::Kind> latched_mark;  // marks come from the latched timestamp
    double mark_delay_ns = 0;
    std::optional<Counter> before;  // of the last epoch that delivered anything
};

class Session {
  public:
    Session(Module& module, const ModuleSettings& settings, const SessionSettings& session, Sink& sink);

    // Returns success after a stop. Errors: IO, TIMED_OUT: the module is lost.
    proto::Status run(const std::stop_token& stop);
    // Nothing until something was delivered by it.
    std::optional<Counter> counter() const;

  private:
    proto::Status start();
    proto::Status wait_for_bank(const std::stop_token& stop, bool& at_threshold);
    proto::Status read_bank(bool at_threshold);
    proto::Status fire_due_triggers();
    void draw_next_trigger();

    TimeFrame frame_of(const ClosedBank& bank) const;
    void decode(const ClosedBank& bank, std::uint32_t channel, std::span<const std::uint32_t> words,
                Batch& batch);
    void put_mark(const ClosedBank& bank, Batch& batch);
    void drop(Batch& batch, std::string_view name, std::int64_t from, std::int64_t until,
              std::uint64_t count);
    proto::Status add_counts(Batch& batch);
    void count(Batch& batch, std::string_view name, std::uint64_t now, std::uint64_t& told);
    void deliver(const ClosedBank& bank, Batch&& batch);
    std::optional<CounterBefore> counter_before(std::int64_t ticks, std::int64_t now_ns) const;
    proto::ClockTime at(std::int64_t ticks) const { return advanced(zero_, ticks); }

    Module& module_;
    const ModuleSettings& settings_;
    SessionSettings session_;
    Sink& sink_;
    BankReader reader_;
    DeviceClock clock_;
    proto::ClockTime zero_;
    std::int64_t margin_ticks_ = 0;
    std::int64_t delay_ticks_ = 0;

    std::int64_t bank_opened_ns_ = 0;  // the swap that opened the bank now closed was sent
    std::optional<std::int64_t> watermark_;
    std::optional<std::uint64_t> last_latched_;
    TimeFrame frame_;  // of the bank being read
    std::int64_t oldest_ = 0, newest_ = 0;
    std::uint64_t taken_ = 0, misdated_ = 0;  // events of this bank
    int banks_misdated_ = 0;                  // one after another, whole
    std::int64_t highest_wrap_ = 0;
    bool knows_wrap_ = false;
    std::vector<DeviceEvent> held_;  // until there is a time to put them at
    proto::Status trigger_failed_;

    std::mt19937_64 random_;
    std::int64_t next_trigger_ns_ = INT64_MAX;
    std::uint64_t triggers_sent_ = 0, triggers_unconfirmed_ = 0;

    std::int64_t next_counts_ns_ = 0;
    LinkCounters told_link_;
    BankCounters told_banks_;
    std::uint64_t told_triggers_ = 0, told_unconfirmed_ = 0;
    std::array<ChannelStatistics, channels> told_statistics_{};
};

}  // namespace spillgate::hw::sis3316

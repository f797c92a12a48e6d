// Blocks of the data connection → batches: traces in order, losses, and up to where the stream is complete.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "hw/dig2/fault.hpp"
#include "hw/dig2/hit_order.hpp"
#include "hw/dig2/loss_book.hpp"
#include "hw/dig2/psd_event.hpp"
#include "hw/dig2/scope_event.hpp"
#include "hw/dig2/special_event.hpp"
#include "hw/dig2/stamp.hpp"
#include "hw/dig2/watermark.hpp"
#include "hw/source.hpp"
#include "proto/result.hpp"

namespace spillgate::hw::dig2 {

// One channel as it was configured.
struct ChannelSetup {
    bool enabled = false;
    std::int64_t pretrigger_ticks = 0;  // of the record before the trigger
    std::uint32_t samples = 0;          // of the record
};

struct StreamSetup {
    std::uint32_t board = 0;
    std::uint32_t clock_domain = 0;
    std::uint32_t epoch = 0;
    bool psd = false;
    std::int64_t ticks_per_stamp = 1;
    proto::Encoding encoding;
    std::int64_t patience_ns = 0;
    std::int64_t patience_ticks = 0;
    std::vector<ChannelSetup> channels;  // all that the module has
};

struct StreamCounts {
    std::uint64_t events = 0;  // scope events and DPP hits delivered
    std::uint64_t special_events = 0;
    std::uint64_t timestamp_rollovers = 0;
    std::uint64_t dead_stamps = 0;  // since the start: of the stop event (scope), of the worst channel (DPP)
    FaultCounts faults;
};

// Nothing here throws or allocates per event, once its buffers have grown.
class Stream {
  public:
    Stream(StreamSetup setup, ClockTie tie);

    // A whole number of events, `events` by the module's count. What is not as it should be is counted, and
    // the rest of the block dropped where its structure is lost. IO: the counter has jumped, so that a new
    // epoch has to begin.
    proto::Status take(std::span<const std::uint8_t> block, std::uint32_t events, std::int64_t now_ns);
    // Triggers lost since the start, by the module's counter (scope).
    void lost_triggers(std::uint64_t total, std::int64_t now_ns);
    // The link had nothing at now_ns.
    void idle(std::int64_t now_ns) { watermark_.idle(now_ns); }
    // Nothing more will come.
    void finish();

    // A batch to gather into, with what it has already.
    void use(Batch&& batch) { batch_ = std::move(batch); }
    // The first thing that is said in this epoch.
    void readopted(DeviceEvent&& event) {
        batch_.device_events.insert(batch_.device_events.begin(), std::move(event));
    }
    // What has been gathered so far; complete before `watermark`, which is set.
    Batch& fill();
    // The same, to be sent at now_ns.
    Batch release(std::int64_t now_ns);
    // Traces or losses have been gathered, or time has passed, since the last release.
    bool has_news() const;
    bool stopped() const { return stopped_; }
    bool stamped() const { return stamps_.seen(); }  // an event has told the counter
    const ClockTie& tie() const { return watermark_.tie(); }
    StreamCounts counts() const;

  private:
    struct Place {
        std::int64_t from = 0;
        std::int64_t until = 0;
    };
    struct ChannelLoss {
        LossBook book;
        std::uint32_t lost = 0;  // 24 bits
        std::int64_t total = 0;
        std::int64_t at = 0;
    };

    Fault take_event(Words event, std::int64_t now_ns);
    Fault take_scope(Words event, std::int64_t now_ns);
    void append_scope(const ScopeEvent& event, Words words, std::int64_t ticks);
    Fault take_aggregate(Words event, std::int64_t now_ns);
    Fault take_hit_trace(const Hit& hit, std::int64_t now_ns);
    void take_statistics(const Hit& hit, std::int64_t ticks);
    Fault take_special(Words event, std::int64_t now_ns);
    bool plausible(std::int64_t ticks, std::int64_t now_ns);
    void dropped(std::string_view name, std::uint64_t count, Place place);
    void count_triggers(std::uint32_t number, Place since);
    void note(DeviceEvent::Kind kind, std::string_view name, std::uint64_t count, Place place);
    void advance(std::int64_t stamp);  // the counter has reached this
    proto::ClockTime at(std::int64_t ticks) const;

    StreamSetup setup_;
    Watermark watermark_;
    std::int64_t pretrigger_max_ = 0;
    std::uint64_t enabled_ = 0;
    HitOrder hits_;
    Batch batch_;
    Stamp48 stamps_;
    bool numbered_ = false;
    std::uint32_t number_ = 0;  // of the last event (scope) or aggregate (DPP)
    std::int64_t last_ticks_ = 0;
    std::int64_t polled_ticks_ = 0;
    LossBook losses_;
    std::vector<ChannelLoss> channel_losses_;
    std::int64_t emitted_watermark_ = 0;
    bool jumped_ = false;
    bool stopped_ = false;
    StreamCounts counts_;
};

}  // namespace spillgate::hw::dig2

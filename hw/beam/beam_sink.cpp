#include "hw/beam/beam_sink.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "hw/pace.hpp"

namespace spillgate::hw::beam {

namespace {

constexpr double least_patience_s = 1;
constexpr double patience_periods = 10;
constexpr std::size_t reports_at_once = 64;

}  // namespace

BeamSink::BeamSink(std::vector<Spring> springs, double frequency_hz, double period_s, Sink& outer)
    : springs_(std::move(springs)),
      tie_(frequency_hz),
      patience_ns_(static_cast<std::int64_t>(std::max(least_patience_s, patience_periods * period_s) * 1e9)),
      outer_(outer) {
    for (auto& spring : springs_)
        spring.began_ns = steady_ns();
}

bool BeamSink::wait_and_put(Batch&& batch) {
    insert(batch, false);
    return outer_.wait_and_put(std::move(batch));
}

bool BeamSink::put_or_drop(Batch&& batch) {
    insert(batch, true);
    return outer_.put_or_drop(std::move(batch));
}

void BeamSink::insert(Batch& batch, bool in_real_time) {
    batch_ = &batch;
    batch.charges.clear();
    const std::int64_t now = steady_ns();
    if (begun_ && batch.watermark.epoch != epoch_) {
        tie_.clear();
        for (auto& spring : springs_)
            spring.matcher.leave_epoch(*this);
    }
    begun_ = true;
    epoch_ = batch.watermark.epoch;
    // A stream that waits for its readers goes at a pace of its own: when it comes says nothing.
    if (in_real_time) tie_.observe(batch.watermark, now);
    own_ids_ = own_ids_ || std::ranges::any_of(batch.marks, [](const Mark& mark) {
                   return mark.kind == Mark::Kind::EXTRACT && mark.cycle_id;
               });
    for (auto& spring : springs_) {
        bool more = true;
        while (more) {
            reports_.clear();
            spring.queue.take(spring.matcher.has_room() ? reports_at_once : 0, reports_, counts_);
            for (const auto& report : reports_)
                spring.matcher.report(report);
            more = reports_.size() == reports_at_once;
        }
        spring.matcher.pass(batch.marks, own_ids_, batch.watermark, tie_, proto::utc_now_ns() - now, *this);
        if (batch.last) spring.matcher.leave_epoch(*this);
        if (in_real_time && spring.is_live) watch(spring, now);
    }
    for (const auto& counted : std::exchange(counts_, {}))
        count(counted.name, counted.value);
}

void BeamSink::watch(Spring& spring, std::int64_t now_ns) {
    const bool silent = now_ns - std::max(spring.began_ns, spring.queue.last_heard_ns()) > patience_ns_;
    if (silent && !spring.silent) count(fmt::format("beam-silent-{}", spring.name), 1);
    spring.silent = silent;
}

void BeamSink::count(std::string_view name, std::uint64_t n) {
    auto& events = batch_->device_events;
    const auto same = std::ranges::find_if(events, [&](const DeviceEvent& event) {
        return event.kind == DeviceEvent::Kind::COUNTED && event.name == name;
    });
    if (same != events.end()) {
        same->count += n;
        return;
    }
    DeviceEvent event;
    event.kind = DeviceEvent::Kind::COUNTED;
    event.time = event.until = batch_->watermark;
    event.name = name;
    event.count = n;
    events.push_back(std::move(event));
}

}  // namespace spillgate::hw::beam

// What a readout tells of itself: its status while it runs, and the numbers of the run's end record.
#include <fmt/format.h>

#include "daq/readout.hpp"
#include "hw/replay/replay.hpp"
#include "proto/clock_reading.hpp"

namespace spillgate::daq {

namespace {

void add_level(wire::DaemonStatus& status, const std::string& name, std::uint64_t used,
               std::uint64_t capacity, std::uint64_t high_water, std::uint64_t dropped, const char* unit) {
    auto& level = *status.add_buffers();
    level.set_name(name);
    level.set_used(used);
    level.set_capacity(capacity);
    level.set_high_water(high_water);
    level.set_dropped(dropped);
    level.set_unit(unit);
}

void add_count(wire::RunDescription& description, const std::string& name, std::uint64_t value) {
    if (value == 0) return;
    auto& count = *description.add_drops();
    count.set_name(name);
    count.set_value(value);
}

// Everything that the pipeline counted. What a recording lost is a fault of this run; the rest are drops.
void add_counts(wire::RunDescription& description, const PipelineStatistics& statistics) {
    for (const auto& drop : statistics.drops) {
        if (drop.name != hw::replay::unreadable) {
            add_count(description, drop.name, drop.value);
        } else if (drop.value > 0) {
            auto& fault = *description.mutable_ledger()->add_faults();
            fault.set_name(drop.name);
            fault.set_value(drop.value);
        }
    }
}

void add_live_checks(wire::RunDescription& description, const PipelineStatistics& statistics) {
    description.mutable_live_checks()->Assign(statistics.live_checks.begin(), statistics.live_checks.end());
}

}  // namespace

void Readout::fill(wire::DaemonStatus& status) const {
    const auto progress = this->progress();
    const auto& statistics = progress.statistics;
    const auto disk = recorder_->status();
    *status.mutable_run() = description_;
    *status.mutable_run()->mutable_ledger() = statistics.ledger.totals();
    add_counts(*status.mutable_run(), statistics);
    add_live_checks(*status.mutable_run(), statistics);
    status.set_slots(statistics.next_slot);
    status.set_mark_rate_hz(statistics.mark_rate_hz);
    status.set_period_ns(statistics.period_ns);
    status.set_period_rms_ns(statistics.period_rms_ns);
    status.set_acknowledged_sequence(disk.acknowledged_sequence);
    status.set_bytes_written(disk.bytes_written);
    if (disk.free_bytes) status.set_disk_free_bytes(*disk.free_bytes);
    status.set_sources_wait(progress.sources_wait);
    status.set_frequency_hz(statistics.frequency_hz);
    if (progress.mark) set(*status.mutable_newest_mark(), *progress.mark);
    if (progress.cycle) status.set_newest_cycle(*progress.cycle);
    for (const auto& lane : queue_.levels())
        add_level(status, fmt::format("source {}", lane.name), lane.used, lane.capacity, lane.high_water,
                  lane.dropped_batches, "batches");
    for (const auto& buffer : statistics.buffers)
        add_level(status, buffer.name, buffer.used, buffer.capacity, buffer.high_water, buffer.dropped,
                  "slots");
    const auto states = sources_->states();
    for (std::size_t i = 0; i < states.size(); ++i) {
        auto& told = *status.add_devices();
        const auto& info = sources_->infos()[i];
        told.set_board(info.board);
        told.set_name(info.name);
        told.set_kind(info.kind);
        told.set_lost(states[i].lost);
        told.set_trouble(states[i].trouble);
        told.set_lost_for_s(states[i].lost_for_s);
        told.set_losses(states[i].losses);
    }
    for (const auto& tie : statistics.ties) {
        auto& told = *status.add_clock_ties();
        told.set_domain(tie.domain);
        told.set_locked(tie.locked);
        told.set_frequency_error_ppm(tie.frequency_error_ppm);
        told.set_residual_rms_ns(tie.residual_rms_ns);
        told.set_pairs(tie.pairs);
        told.set_locks(tie.locks);
    }
    add_level(status, "recorder", disk.used_bytes, disk.capacity_bytes, disk.high_water_bytes,
              disk.refused_records + disk.lost_records, "bytes");
}

void Readout::fill_end_record(const std::string& reason, const std::string& stopped_by) {
    const auto statistics = pipeline_->statistics();
    const auto disk = recorder_->status();
    auto& d = description_;
    d.set_stop_utc_ns(proto::utc_now_ns());
    d.set_stop_reason(reason);
    d.set_stopped_by(stopped_by);
    *d.mutable_ledger() = recorder_->ledger().totals();
    *d.mutable_ledger()->mutable_faults() = statistics.ledger.totals().faults();
    d.set_next_sequence(statistics.next_sequence);
    for (const auto& lane : queue_.levels()) {
        add_count(d, fmt::format("source {}", lane.name), lane.dropped_batches);
        add_count(d, fmt::format("source {}: marks", lane.name), lane.dropped_marks);
        add_count(d, fmt::format("source {}: charges", lane.name), lane.dropped_charges);
        add_count(d, fmt::format("source {}: device events", lane.name), lane.dropped_events);
    }
    add_counts(d, statistics);
    add_live_checks(d, statistics);
    add_count(d, "recorder", disk.refused_records + disk.lost_records);
    add_count(d, "recorder: verdicts", disk.lost_verdicts);
    add_count(d, "publisher", publisher_.status().dropped - publisher_before_.dropped);
}

}  // namespace spillgate::daq

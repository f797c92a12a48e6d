// A snapshot with one lead daemon in a run, as the console sees it when all is well.
#pragma once

#include <memory>

#include "online/run/slot_strip.hpp"
#include "online/snapshot.hpp"

namespace spillgate::test {

struct ShownDaemon {
    static constexpr std::int64_t second = 1'000'000'000;
    std::int64_t now = 1'700'000'000 * second;
    wire::DaemonStatus lead;        // becomes the snapshot's
    std::int64_t heard_before = 0;  // ns ago; −1: never
    online::SlotStripView strip;    // 60 spills of this run, the newest just now

    ShownDaemon() {
        lead.set_daemon("daq");
        lead.set_lead(true);
        lead.set_state(wire::RUNNING);
        lead.mutable_run()->set_number(7);
        lead.mutable_run()->set_start_utc_ns(now - 60 * second);
        lead.set_slots(100);
        lead.set_mark_rate_hz(60);
        lead.set_period_rms_ns(900);
        lead.set_disk_free_bytes(500'000'000'000);
        lead.set_disk_total_bytes(1'000'000'000'000);
        strip.run = 7;
        for (std::uint64_t slot = 40; slot < 100; ++slot) {
            online::SlotPoint point;
            point.slot = slot;
            point.disposition = wire::COMPLETE;
            point.charge_state = wire::CHARGE_MEASURED;
            point.charge_pc = 23'000'000;
            point.utc_ns = now - static_cast<std::int64_t>(99 - slot) * second / 60;
            strip.slots.push_back(point);
        }
    }
    online::Snapshot snapshot() const {
        online::Snapshot shown;
        shown.utc_ns = now;
        online::DaemonView view;
        view.name = "daq";
        view.lead = true;
        if (heard_before >= 0) {
            view.heard_utc_ns = now - heard_before;
            view.status = std::make_shared<wire::DaemonStatus>(lead);
        }
        shown.daemons.push_back(view);
        shown.run.phase = online::RunPhase::FOLLOWING;
        return shown;
    }
    void each_slot(void (*change)(online::SlotPoint&)) {
        for (auto& slot : strip.slots)
            change(slot);
    }
};

inline void mark_no_beam(online::SlotPoint& slot) {
    slot.quality |= proto::bit(proto::SlotQuality::NO_BEAM);
}
inline void miss_mark(online::SlotPoint& slot) {
    slot.disposition = wire::MARK_MISSED;
}

}  // namespace spillgate::test

#include <memory>
#include <utility>

#include "daq/pipeline_state.hpp"
#include "hw/pace.hpp"
#include "proto/wire.hpp"

namespace spillgate::daq {

using proto::bit;
using proto::ClockTime;
using proto::Fault;
using proto::SlotQuality;

void Pipeline::State::close_oldest() {
    emit(gate.close_next(store, intake.losses(), lines, counters));
    forget(now);
}

// No room for another open slot. One whose mark was missed is complete already: nothing of it is lost.
void Pipeline::State::close_as_lost() {
    if (!gate.oldest_is_marked()) return close_oldest();
    ++slots_over_limit;
    counters.add("slot-over-limit");
    emit(gate.close_oldest_as_lost());
}

void Pipeline::State::emit(ClosedSlot closed) {
    const std::uint32_t quality =
        closed.quality | (simulated || sources_simulated ? bit(SlotQuality::SIMULATED) : 0);
    faults.add(Fault::WINDOW_TRUNCATED, closed.truncated_windows);
    std::optional<std::uint64_t> sequence;
    if (closed.record) {
        auto& record = *closed.record;
        if (outlet->admit(record.samples.size() * sizeof(std::uint16_t))) {
            record.run = run;
            record.daemon = settings.daemon;
            record.sequence = next_sequence++;
            record.quality = quality;
            record.utc_ns = settings.utc_ns();
            record.window_age_ns = window_age.of(record, hw::steady_ns());
            record.utc_state = settings.utc_state ? settings.utc_state() : 0;
            record_counters.write(faults, counters, record.counters);
            sequence = record.sequence;
            outlet->put(std::make_shared<const proto::Message>(proto::encode(std::move(closed.record))));
        } else {
            counters.add("record-refused-by-recorder");
            closed.disposition = wire::LOST_DISK;
            closed.windows = {};
        }
    }
    book.close(closed.slot.number, closed.disposition, quality, closed.windows, sequence, now);
}

void Pipeline::State::judge(bool judged) {
    if (!judged) return;
    verdict.run = run;
    verdict.daemon = settings.daemon;
    verdict.sequence = next_sequence++;
    verdict.utc_ns = settings.utc_ns();
    ledger.add(verdict);
    outlet->put(std::make_shared<const proto::Message>(proto::encode(verdict)));
}

// By the time of what happened, not of what has arrived: what is counted must not depend on the latter.
void Pipeline::State::forget(const ClockTime& upto) {
    ClockTime earliest = upto;
    if (const auto next = free_running() ? next_slice : tracker.earliest_next())
        if (earlier(*next, earliest)) earliest = *next;
    const bool counted = begun && slots_opened > 0;
    const auto bound = gate.forget(earliest, store, lines, counted ? &counters : nullptr);
    // Until an epoch's first mark comes nobody knows how many slots of the gap are still to be opened.
    const bool is_in_gap = counted && !free_running() && !tracker.next_due();
    intake.losses().forget(is_in_gap, [&](std::uint32_t board, const ClockTime& end) {
        return lines.is_over(board, end, bound);
    });
}

}  // namespace spillgate::daq

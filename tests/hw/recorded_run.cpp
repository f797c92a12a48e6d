#include "tests/hw/recorded_run.hpp"

#include <cmath>
#include <map>

#include "proto/ledger.hpp"
#include "proto/run_file/run_writer.hpp"
#include "proto/wire.hpp"

namespace spillgate::hw::testing {

namespace {

void put_trace(proto::SpillRecord& record, const proto::Trace& trace,
               std::span<const std::uint16_t> samples) {
    record.traces.push_back(trace);
    record.traces.back().offset = record.samples.size();
    record.samples.insert(record.samples.end(), samples.begin(), samples.end());
}

}  // namespace

std::vector<SlotFacts> slots_of(const std::vector<Batch>& batches, double frequency_hz) {
    std::map<std::uint64_t, SlotFacts> slots;  // by cycle id
    proto::SpillRecord* newest = nullptr;
    for (const Batch& batch : batches) {
        for (const Mark& mark : batch.marks) {
            if (mark.kind == Mark::Kind::STROBE && newest != nullptr) {
                proto::Window window;
                window.kind = wire::ANTI_COINCIDENT;
                window.strobe = true;
                window.roi_begin = mark.time.ticks - newest->t0.ticks + 1000;
                window.roi_end = window.roi_begin + 500;
                newest->windows.push_back(window);
                for (const DeviceTrace& trace : batch.traces)
                    put_trace(*newest, trace, std::span(batch.samples).subspan(trace.offset, trace.count));
            }
            if (!mark.cycle_id || slots[*mark.cycle_id].record) continue;  // an extra mark, or a duplicate
            auto record = std::make_shared<proto::SpillRecord>();
            record->cycle_id = mark.cycle_id;
            record->t0 = mark.time;
            record->clocks = {{mark.time.domain, frequency_hz, mark.time, mark.uncertainty_ns}};
            proto::Window window;
            window.kind = wire::IN_TIME;
            window.roi_end = 7525;
            record->windows.push_back(window);
            for (const DeviceTrace& trace : batch.traces)
                put_trace(*record, trace, std::span(batch.samples).subspan(trace.offset, trace.count));
            slots[*mark.cycle_id].record = record;
            newest = record.get();
        }
        for (const Charge& charge : batch.charges) {
            proto::Verdict& verdict = slots[*charge.cycle_id - 1].verdict;
            verdict.charge_state = wire::CHARGE_MEASURED;
            verdict.charge_pc = charge.charge_pc;
            verdict.flavour = charge.flavour;
            verdict.facility_veto = charge.facility_veto;
        }
    }
    // Charges point one slot back: one that points before the first mark describes no slot of this run.
    while (!slots.empty() && !slots.begin()->second.record)
        slots.erase(slots.begin());
    std::vector<SlotFacts> list;
    const std::uint64_t first = slots.begin()->first;
    const std::uint64_t last = slots.rbegin()->first;
    for (std::uint64_t cycle = first; cycle <= last; ++cycle) {
        SlotFacts facts = slots[cycle];
        proto::Verdict& verdict = facts.verdict;
        verdict.slot = cycle - first;
        verdict.cycle_id = cycle;
        verdict.frequency_hz = frequency_hz;
        verdict.has_record = facts.record != nullptr;
        verdict.disposition = facts.record ? wire::COMPLETE : wire::MARK_MISSED;
        if (facts.record) {
            facts.record->slot = verdict.slot;
            verdict.t0 = facts.record->t0;
        } else {
            verdict.t0 = proto::advanced(list.back().verdict.t0, std::llround(frequency_hz / 60));
        }
        list.push_back(std::move(facts));
    }
    return list;
}

std::vector<SlotFacts> pulser_recording(int events, std::int64_t slice_ticks) {
    constexpr std::int64_t first = 757530, spacing = 1249987;
    constexpr double frequency_hz = 250e6;
    std::vector<SlotFacts> slots;
    const std::int64_t end = first + events * spacing;
    for (std::int64_t begin = 0; begin < end; begin += slice_ticks) {
        SlotFacts facts;
        facts.record = std::make_shared<proto::SpillRecord>();
        proto::SpillRecord& record = *facts.record;
        record.slot = slots.size();
        record.t0 = {0, 0, begin, 0};
        record.clocks = {{0, frequency_hz, record.t0, 0}};
        proto::Window window;
        window.kind = wire::FREE;
        window.roi_end = slice_ticks;
        record.windows.push_back(window);
        for (int event = 0; event < events; ++event) {
            for (const std::uint32_t channel : {0u, 4u}) {
                for (const proto::Stream stream : {wire::RAW, wire::AVERAGED}) {
                    proto::Trace trace;
                    trace.channel = channel;
                    trace.stream = stream;
                    // Channel 4 triggers 6 ticks later; averages begin earlier than raw samples.
                    trace.first = {0, 0, first + event * spacing + (channel == 4 ? 6 : 0), 0};
                    if (stream == wire::AVERAGED) trace.first.ticks -= 2000;
                    trace.ticks_per_sample = stream == wire::AVERAGED ? 16 : 1;
                    trace.encoding = {14, false, 2};
                    trace.count = stream == wire::RAW ? 200 : channel == 0 ? 1000 : 50;
                    if (trace.first.ticks < begin || trace.first.ticks >= begin + slice_ticks) continue;
                    const std::vector<std::uint16_t> samples(trace.count,
                                                             static_cast<std::uint16_t>(4 * (event + 1)));
                    put_trace(record, trace, samples);
                }
            }
        }
        facts.verdict.slot = record.slot;
        facts.verdict.t0 = record.t0;
        facts.verdict.frequency_hz = frequency_hz;
        facts.verdict.disposition = wire::COMPLETE;
        facts.verdict.has_record = true;
        facts.verdict.windows = {{wire::FREE, slice_ticks, 0, false, false}};
        slots.push_back(std::move(facts));
    }
    return slots;
}

std::string write_run(const std::string& runs_dir, const std::vector<SlotFacts>& slots,
                      std::size_t verdict_delay, bool simulated, const std::string& effective_config) {
    wire::RunDescription description;
    description.set_number(1);
    description.set_type(wire::TEST);
    description.set_simulated(simulated);
    description.set_daemon("daq");
    description.set_start_utc_ns(1);
    description.set_effective_config(effective_config);
    auto writer =
        proto::RunWriter::create(proto::posix_file_layer(), runs_dir, description, config::Storage()).value();
    std::uint64_t sequence = 0;
    proto::Ledger ledger;
    const auto put_verdict = [&](proto::Verdict verdict) {
        verdict.run = 1;
        verdict.sequence = sequence++;
        ledger.add(verdict);
        writer->append(proto::encode(verdict)).value();
    };
    for (std::size_t i = 0; i < slots.size() + verdict_delay; ++i) {
        if (i < slots.size() && slots[i].record) {
            auto record = std::make_shared<proto::SpillRecord>(*slots[i].record);
            record->run = 1;
            record->sequence = sequence++;
            writer->append(proto::encode(record)).value();
        }
        if (i >= verdict_delay) put_verdict(slots[i - verdict_delay].verdict);
    }
    *description.mutable_ledger() = ledger.totals();
    description.set_next_sequence(sequence);
    description.set_stop_utc_ns(2);
    description.set_stop_reason("requested");
    writer->close(description).value();
    return writer->directory();
}

}  // namespace spillgate::hw::testing

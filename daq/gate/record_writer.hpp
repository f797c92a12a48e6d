// A slot's chosen traces and its windows → its Spill record, reduced as each channel's policy says.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "daq/gate/gated_channel.hpp"
#include "daq/gate/pulse_finder.hpp"
#include "daq/gate/record_pool.hpp"
#include "daq/gate/slot_frame.hpp"
#include "daq/gate/trace_store.hpp"
#include "daq/named_counters.hpp"

namespace spillgate::daq {

// A trace that belongs to the slot.
struct ChosenTrace {
    std::uint32_t held = 0;  // index into TraceStore::held()
    const proto::Trace* trace = nullptr;
    const GatedChannel* channel = nullptr;  // null: none is configured
    TracePlace place;
    std::int64_t begin = 0;  // after t0, by the slot's clock
};

class RecordWriter {
  public:
    // Gives each window the traces that overlap it. If the traces are more than a record may hold, those that
    // still fit are kept, and every window becomes truncated. Quality, run, sequence, UTC and counters are
    // the caller's to set.
    std::shared_ptr<proto::SpillRecord> write(const Slot& slot, const SlotFrame& frame, TraceStore& traces,
                                              std::span<const ChosenTrace> chosen,
                                              std::vector<proto::Window>& windows, NamedCounters& counters);

  private:
    // false: there is no room.
    bool append(proto::SpillRecord& record, const proto::Trace& trace, std::span<const std::uint16_t> samples,
                SampleRange range);

    RecordPool pool_;
    PulseFinder pulses_;
    std::size_t count_ = 0;  // traces in the record being written
};

}  // namespace spillgate::daq

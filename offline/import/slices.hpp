// Recordings without marks → slots: fixed slices of their own clock, with one `free` window each.
#pragma once

#include "offline/import/imported_run.hpp"
#include "offline/import/recording.hpp"

namespace spillgate::offline {

// Slots are numbered from the slice of the first event; slices without an event are slots, too. Slices begin
// at whole multiples of their length since the clock's zero. An event lies in the slice of its own time,
// whole, even if its samples reach over the slice's begin or end. Where a recording has no times, each event
// gets a slot. Errors: CONFIG, before anything is written, where the length does not fit the recording (more
// than 10 million slots, or a slice beyond the bounds of one record).
class SliceWriter {
  public:
    static proto::Result<SliceWriter> plan(const Recording& recording, double slice_ms);
    std::uint64_t slots() const { return slots_; }
    std::int64_t slice_ticks() const { return slice_ticks_; }
    proto::Status write(ImportedRun& run) const;

  private:
    SliceWriter(const Recording& recording, std::int64_t slice_ticks);
    std::int64_t slice_of(std::size_t event) const;  // by position in order_
    // One past the last event, in order_, of the slot that begins at `first`.
    std::size_t end_of_slot(std::size_t first) const;
    proto::Status check_slot(std::size_t first, std::size_t last) const;
    proto::Status write_slot(ImportedRun& run, std::uint32_t epoch, std::int64_t slice, std::size_t first,
                             std::size_t last, std::uint32_t quality) const;
    proto::Status copy_trace(const RecordedTrace& from, proto::SpillRecord& record) const;

    const Recording* recording_;
    std::int64_t slice_ticks_;
    std::vector<std::uint32_t> order_;  // events by epoch, then time, then place in the file
    std::uint64_t slots_ = 0;
};

}  // namespace spillgate::offline

#include "offline/import/slices.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "proto/wire.hpp"

namespace spillgate::offline {

namespace {

constexpr std::uint64_t max_slots = 200'000;

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
    return a / b - ((a % b != 0 && a < 0) ? 1 : 0);
}

std::uint32_t samples_in(const RecordedTrace& trace) {
    return trace.narrow ? trace.samples.bytes : trace.samples.bytes / 2;
}

std::uint64_t device_header_bytes(const RecordedTrace& trace) {
    std::uint64_t bytes = 0;
    for (const auto& range : trace.device_header)
        bytes += range.bytes;
    return bytes;
}

// 0 where the recording does not say.
std::int64_t utc_of(const proto::ClockTime& t0, const Recording& recording) {
    if (t0.epoch >= recording.utc_at_zero_ns.size() || recording.utc_at_zero_ns[t0.epoch] == 0) return 0;
    return recording.utc_at_zero_ns[t0.epoch] +
           std::llround(proto::ns_from_ticks(static_cast<double>(t0.ticks), recording.frequency_hz));
}

}  // namespace

SliceWriter::SliceWriter(const Recording& recording, std::int64_t slice_ticks)
    : recording_(&recording), slice_ticks_(slice_ticks), order_(recording.events.size()) {
    std::iota(order_.begin(), order_.end(), 0u);
    std::stable_sort(order_.begin(), order_.end(), [&](std::uint32_t a, std::uint32_t b) {
        const auto& x = recording.events[a];
        const auto& y = recording.events[b];
        return x.epoch != y.epoch ? x.epoch < y.epoch : x.ticks < y.ticks;
    });
}

std::int64_t SliceWriter::slice_of(std::size_t event) const {
    const auto ticks = recording_->events[order_[event]].ticks;
    return recording_->has_time ? floor_div(ticks, slice_ticks_) : ticks;  // without time, a mere count
}

std::size_t SliceWriter::end_of_slot(std::size_t first) const {
    const auto epoch = recording_->events[order_[first]].epoch;
    const auto slice = slice_of(first);
    std::size_t last = first + 1;
    while (last < order_.size() && recording_->events[order_[last]].epoch == epoch && slice_of(last) == slice)
        ++last;
    return last;
}

proto::Result<SliceWriter> SliceWriter::plan(const Recording& recording, double slice_ms) {
    if (!(slice_ms > 0) || !(slice_ms <= 1e6))
        return proto::error(proto::ErrorKind::CONFIG,
                            fmt::format("a slice of {} ms; allowed: above 0, at most 1000000", slice_ms));
    const auto ticks =
        std::max<std::int64_t>(1, proto::ticks_from_ns(slice_ms * 1e6, recording.frequency_hz));
    if (ticks > proto::max_window_ticks)
        return proto::error(
            proto::ErrorKind::CONFIG,
            fmt::format(
                "slices of {} ms are longer than a window of this recording's clock can be; choose "
                "slices of at most {:.0f} ms",
                slice_ms,
                std::floor(static_cast<double>(proto::max_window_ticks) * 1e3 / recording.frequency_hz)));
    SliceWriter writer(recording, ticks);
    for (std::size_t first = 0; first < writer.order_.size();) {
        const auto last = writer.end_of_slot(first);
        if (auto status = writer.check_slot(first, last); !status) return status.error();
        ++writer.slots_;
        const bool same_epoch =
            last < writer.order_.size() &&
            recording.events[writer.order_[last]].epoch == recording.events[writer.order_[first]].epoch;
        if (same_epoch)
            writer.slots_ += static_cast<std::uint64_t>(writer.slice_of(last) - writer.slice_of(first)) - 1;
        if (writer.slots_ > max_slots)
            return proto::error(
                proto::ErrorKind::CONFIG,
                fmt::format(
                    "slices of {} ms cut this recording into more than {} slots (an event lies {:.3g} s "
                    "after the one before); choose longer slices",
                    slice_ms, max_slots,
                    same_epoch ? static_cast<double>(recording.events[writer.order_[last]].ticks -
                                                     recording.events[writer.order_[last - 1]].ticks) /
                                     recording.frequency_hz
                               : 0.0));
        first = last;
    }
    return writer;
}

proto::Status SliceWriter::check_slot(std::size_t first, std::size_t last) const {
    std::uint64_t traces = 0;
    std::uint64_t bytes = 0;
    for (std::size_t i = first; i < last; ++i) {
        const auto& event = recording_->events[order_[i]];
        traces += event.traces;
        for (std::uint32_t t = 0; t < event.traces; ++t) {
            const auto& trace = recording_->traces[event.first_trace + t];
            bytes += 2 * std::uint64_t{samples_in(trace)} + device_header_bytes(trace);
        }
    }
    // Half of each bound: headers of traces take room, too.
    if (traces <= proto::max_traces / 2 && bytes <= proto::max_payload_bytes / 2) return {};
    return proto::error(
        proto::ErrorKind::CONFIG,
        fmt::format("one slice would hold {} traces with {} bytes; choose shorter slices", traces, bytes));
}

proto::Status SliceWriter::write(ImportedRun& run) const {
    std::int64_t next_slice = 0;
    for (std::size_t first = 0; first < order_.size();) {
        const auto last = end_of_slot(first);
        const auto epoch = recording_->events[order_[first]].epoch;
        const auto slice = slice_of(first);
        const bool new_epoch = first == 0 || recording_->events[order_[first - 1]].epoch != epoch;
        // How many slices lie between two epochs is not known: numbers go on, and say so.
        std::uint32_t quality = epoch > 0 ? proto::bit(proto::SlotQuality::SLOT_ESTIMATED) : 0;
        if (!new_epoch)
            for (; next_slice < slice; ++next_slice)
                if (auto status = write_slot(run, epoch, next_slice, first, first, quality); !status)
                    return status;
        if ((epoch > 0 && new_epoch) || !recording_->has_time)
            quality |= proto::bit(proto::SlotQuality::CLOCK_SUSPECT) |
                       proto::bit(proto::SlotQuality::SLOT_ESTIMATED);
        if (auto status = write_slot(run, epoch, slice, first, last, quality); !status) return status;
        next_slice = slice + 1;
        first = last;
    }
    return {};
}

proto::Status SliceWriter::write_slot(ImportedRun& run, std::uint32_t epoch, std::int64_t slice,
                                      std::size_t first, std::size_t last, std::uint32_t quality) const {
    auto& record = run.next_record();
    record.t0 = {0, epoch, slice * slice_ticks_, 0};
    record.clocks.push_back({0, recording_->frequency_hz, record.t0, 0});
    record.utc_ns = utc_of(record.t0, *recording_);
    // There was no mark: whatever came, it was no spill.
    record.quality = quality | proto::bit(proto::SlotQuality::NO_BEAM);
    for (std::size_t i = first; i < last; ++i) {
        const auto& event = recording_->events[order_[i]];
        for (std::uint32_t t = 0; t < event.traces; ++t)
            if (auto status = copy_trace(recording_->traces[event.first_trace + t], record); !status)
                return status;
    }
    auto& window = record.windows.emplace_back();
    window.kind = wire::FREE;
    window.roi_end = slice_ticks_;
    window.traces.resize(record.traces.size());
    std::iota(window.traces.begin(), window.traces.end(), 0u);
    return run.append();
}

proto::Status SliceWriter::copy_trace(const RecordedTrace& from, proto::SpillRecord& record) const {
    const auto& file = recording_->files[from.file];
    auto& trace = record.traces.emplace_back();
    trace.board = from.board;
    trace.channel = from.channel;
    trace.stream = from.stream;
    trace.first = record.t0;
    if (recording_->has_time) trace.first.ticks = from.first_ticks;
    trace.ticks_per_sample = from.ticks_per_sample;
    trace.encoding = from.encoding;
    trace.flags = from.flags;
    trace.offset = record.samples.size();
    trace.count = samples_in(from);
    trace.device_header.resize(device_header_bytes(from));
    auto header = std::as_writable_bytes(std::span(trace.device_header));
    for (const auto& range : from.device_header) {
        if (auto status = file.read(range.offset, header.first(range.bytes)); !status) return status;
        header = header.subspan(range.bytes);
    }

    record.samples.resize(record.samples.size() + trace.count);
    const auto words = std::span(record.samples).subspan(trace.offset, trace.count);
    // Bytes are read into the front half and spread from the back, where nothing is overwritten before it was
    // used.
    const auto bytes = std::as_writable_bytes(words).first(from.samples.bytes);
    if (auto status = file.read(from.samples.offset, bytes); !status) return status;
    for (std::size_t i = words.size(); from.narrow && i-- > 0;)
        words[i] = std::to_integer<std::uint16_t>(bytes[i]);
    return {};
}

}  // namespace spillgate::offline

#include "offline/import/compass.hpp"

#include <cmath>
#include <map>
#include <utility>

#include <fmt/format.h>

namespace spillgate::offline {

namespace {

constexpr double ticks_per_ns = 1000;  // times are in ps
constexpr std::uint32_t default_bits = 14;
// A channel's events come in order, but for what piled up; a step back beyond that is another start.
constexpr std::int64_t longest_disorder_ps = 1'000'000'000'000;

enum CompassFlag : std::uint32_t { INPUT_SATURATED = 0x400, PILE_UP = 0x8000 };

struct ChannelState {
    bool seen = false;
    std::int64_t last_ps = 0;
    std::uint32_t epoch = 0;
    std::uint16_t used_bits = 0;
};

class CompassReader {
  public:
    CompassReader(const InputBytes& file, const CompassLayout& layout, const CompassOptions& options,
                  std::uint32_t file_index, Recording& recording)
        : file_(file),
          layout_(layout),
          options_(options),
          file_index_(file_index),
          ticks_per_sample_(static_cast<std::uint32_t>(std::llround(options.sample_ns * ticks_per_ns))),
          recording_(recording) {}

    proto::Status read_all() {
        for (offset_ = layout_.file_header_bytes; offset_ < file_.size();)
            if (auto status = read_event(); !status) return status;
        return {};
    }

    std::uint64_t offset() const { return offset_; }

    // Once all samples have been seen.
    void describe_channels(std::size_t index) {
        for (const auto& [place, state] : channels_) {
            const auto [board, channel] = place;
            const auto bits = options_.bits.value_or(default_bits);
            const bool suffices = state.used_bits >> bits == 0;
            if (!suffices) {
                recording_.say(index, fmt::format("channel {} of board {} has samples of more than {} bits: "
                                                  "read as 16 bits",
                                                  channel, board, bits));
                widen(board, channel);
            }
            recording_.describe({board, channel, fmt::format("caen-{}", board),
                                 fmt::format("board{}-ch{}", board, channel), 1e3 / options_.sample_ns,
                                 suffices ? bits : 16u});
        }
    }

  private:
    proto::Status read_event() {
        const auto event = read_compass_event(file_, layout_, offset_);
        if (!event) return event.error();
        const ByteRange header{offset_, layout_.event_header_bytes()};
        const ByteRange samples{offset_ + header.bytes, 2 * event->samples};
        if (!file_.holds(samples.offset, samples.bytes))
            return proto::error(
                proto::ErrorKind::TRUNCATED,
                fmt::format("{}: event at byte {} has {} bytes of samples, the file only {} "
                            "more",
                            file_.path(), offset_, samples.bytes, file_.size() - samples.offset));
        const auto bits = used_bits(file_, samples);
        if (!bits) return bits.error();
        auto& state = channels_[{event->board, event->channel}];
        state.used_bits |= *bits;
        const auto time = static_cast<std::int64_t>(event->time_ps);
        if (state.seen && time < state.last_ps - longest_disorder_ps) {
            ++state.epoch;
            ++recording_.times_backwards;
        }
        state.seen = true;
        state.last_ps = time;
        add_event(*event, state.epoch, header, samples);
        offset_ = samples.offset + samples.bytes;
        return {};
    }

    void add_event(const CompassEvent& event, std::uint32_t epoch, const ByteRange& header,
                   const ByteRange& samples) {
        RecordedTrace trace;
        trace.file = file_index_;
        trace.board = event.board;
        trace.channel = event.channel;
        trace.first_ticks = static_cast<std::int64_t>(event.time_ps) -
                            std::int64_t{options_.pretrigger_samples} * ticks_per_sample_;
        trace.ticks_per_sample = ticks_per_sample_;
        trace.encoding = {static_cast<std::uint8_t>(options_.bits.value_or(default_bits)), false, 0};
        if ((event.flags & INPUT_SATURATED) != 0) trace.flags |= proto::TRACE_OVERFLOW;
        if ((event.flags & PILE_UP) != 0) trace.flags |= proto::TRACE_PILE_UP;
        trace.samples = samples;
        trace.device_header[0] = header;
        recording_.events.push_back(
            {epoch, trace.first_ticks, static_cast<std::uint32_t>(recording_.traces.size()), 1});
        recording_.traces.push_back(trace);
    }

    void widen(std::uint32_t board, std::uint32_t channel) {
        const auto first = recording_.events[recording_.first_event_of_file].first_trace;
        for (std::size_t i = first; i < recording_.traces.size(); ++i) {
            auto& trace = recording_.traces[i];
            if (trace.board == board && trace.channel == channel) trace.encoding.bits = 16;
        }
    }

    const InputBytes& file_;
    CompassLayout layout_;
    const CompassOptions& options_;
    std::uint32_t file_index_;
    std::uint32_t ticks_per_sample_;
    Recording& recording_;
    std::map<std::pair<std::uint32_t, std::uint32_t>, ChannelState> channels_;
    std::uint64_t offset_ = 0;
};

proto::Status check_options(const CompassOptions& options) {
    const auto refuse = [](const std::string& what) { return proto::error(proto::ErrorKind::CONFIG, what); };
    const auto ticks = options.sample_ns * ticks_per_ns;
    if (!(ticks >= 1) || !(ticks <= 1e9) || std::round(ticks) != ticks)
        return refuse(
            fmt::format("a sample of {} ns; allowed: whole picoseconds up to 1000000 ns", options.sample_ns));
    if (options.bits && (*options.bits < 1 || *options.bits > 16))
        return refuse(fmt::format("{} bits a sample; allowed: 1 to 16", *options.bits));
    if (options.header && !is_compass_header(*options.header))
        return refuse(fmt::format("a CoMPASS header of {:#x}; allowed: {:#x} to {:#x}", *options.header,
                                  compass_magic, compass_magic | 0xFu));
    return {};
}

}  // namespace

bool looks_like_compass(const InputBytes& file) {
    return find_compass_layout(file, std::nullopt, 2).has_value();
}

proto::Status read_compass(InputBytes file, const CompassOptions& options, Recording& recording) {
    if (auto status = check_options(options); !status) return status;
    const auto layout = find_compass_layout(file, options.header, 1);
    if (!layout) return layout.error();
    recording.frequency_hz = ticks_per_ns * 1e9;

    const auto index = recording.begin_file(file);
    if (layout->file_header_bytes > 0) {
        auto& header = *recording.descriptions.back().mutable_header();
        header.resize(layout->file_header_bytes);
        if (auto status = file.read(0, std::as_writable_bytes(std::span(header))); !status) return status;
    } else {
        recording.say(index, fmt::format("has no header: its events are read with {} bytes of energies, {}",
                                         layout->energy_bytes,
                                         !layout->waveforms      ? "without waveforms"
                                         : layout->waveform_code ? "waveforms with their code"
                                                                 : "waveforms without code"));
    }
    CompassReader reader(file, *layout, options, static_cast<std::uint32_t>(index), recording);
    const auto read = reader.read_all();
    if (read && recording.events_of_file() == 0)
        return proto::error(proto::ErrorKind::TRUNCATED, fmt::format("{}: holds no event", file.path()));
    reader.describe_channels(index);
    return recording.end_file(std::move(file), read, reader.offset());
}

}  // namespace spillgate::offline

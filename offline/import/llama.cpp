#include "offline/import/llama.hpp"

#include <map>

#include <fmt/format.h>

#include "offline/import/llama_header.hpp"
#include "offline/import/sis3316_event.hpp"

namespace spillgate::offline {

namespace {

// What is remembered of a channel from event to event.
struct ChannelState {
    const LlamaChannel* config = nullptr;
    Sis3316Clock clock;
    std::uint16_t used_bits = 0;  // of all raw words so far, or-ed
    std::vector<std::uint32_t> raw_traces;
    // A 14-bit module puts its samples into the upper bits; the file says nothing of the module's type.
    bool is_shifted() const { return (used_bits & 3u) == 0; }
};

class LlamaReader {
  public:
    LlamaReader(const InputBytes& file, const LlamaHeader& header, std::uint32_t file_index,
                Recording& recording)
        : file_(file), header_(header), file_index_(file_index), recording_(recording) {
        for (const auto& channel : header.channels)
            channels_[channel.id()].config = &channel;
    }

    // Reads events to the end or to the first one that is not whole; returns what was wrong with that.
    proto::Status read_all() {
        for (offset_ = header_.bytes; offset_ < file_.size();)
            if (auto status = read_event(); !status) return status;
        return {};
    }
    std::uint64_t offset() const { return offset_; }

    // Once all samples have been seen.
    void describe_channels() {
        for (const auto& [id, state] : channels_) {
            const auto& c = *state.config;
            if (state.is_shifted())
                for (const auto index : state.raw_traces)
                    recording_.traces[index].encoding = {14, false, 2};
            recording_.describe({c.fadc, c.channel, fmt::format("sis3316-{}", c.fadc),
                                 fmt::format("module{}-ch{}", c.fadc, c.channel), c.frequency_mhz,
                                 state.is_shifted() ? 14u : 16u});
        }
    }

  private:
    proto::Status corrupt(const std::string& what) const {
        return proto::error(proto::ErrorKind::CORRUPT,
                            fmt::format("{}: event at byte {}: {}", file_.path(), offset_, what));
    }

    proto::Status read_event() {
        const auto event = read_sis3316_event(file_, offset_);
        if (!event) return event.error();
        const auto found = channels_.find(event->id);
        if (found == channels_.end()) return corrupt(fmt::format("no channel has id {}", event->id));
        auto& state = found->second;
        if (auto status = check_lengths(*event, *state.config); !status) return status;
        const auto bytes = std::uint64_t{state.config->event_length} * 4;
        if (!file_.holds(offset_, bytes))
            return proto::error(proto::ErrorKind::TRUNCATED,
                                fmt::format("{}: event at byte {} has {} bytes, the file only {} more",
                                            file_.path(), offset_, bytes, file_.size() - offset_));
        if (auto status = add_event(*event, state); !status) return status;
        offset_ += bytes;
        return {};
    }

    // The event's own lengths must be those of the file header: nothing is searched for.
    proto::Status check_lengths(const proto::Sis3316Event& event, const LlamaChannel& config) const {
        if (event.format_bits != config.format_bits)
            return corrupt(fmt::format("format bits {:#x}; the file header says {:#x}", event.format_bits,
                                       config.format_bits));
        if (event.header_words != config.header_length)
            return corrupt(fmt::format("a header of {} words; the file header says {}", event.header_words,
                                       config.header_length));
        if (event.raw_words != config.raw_samples / 2)
            return corrupt(fmt::format("{} words of raw samples; the file header says {}", event.raw_words,
                                       config.raw_samples / 2));
        if (event.averaged_words != (config.averaged_samples / 2 & 0xFFFFu))
            return corrupt(fmt::format("{} words of averaged samples; the file header says {}",
                                       event.averaged_words, config.averaged_samples / 2));
        if (event.maw != (config.maw_length > 0)) return corrupt("its MAW flag contradicts the file header");
        return {};
    }

    proto::Status add_event(const proto::Sis3316Event& read, ChannelState& state) {
        const auto& config = *state.config;
        const ByteRange samples{offset_ + std::uint64_t{read.header_words} * 4, config.raw_samples * 2};
        const auto bits = used_bits(file_, samples);
        if (!bits) return bits.error();
        state.used_bits |= *bits;
        const auto time = state.clock.read(read.timestamp, recording_);

        RecordedEvent event;
        event.epoch = time.epoch;
        // The timestamp is the trigger's; raw samples begin `start_index` into a gate window that begins
        // `pretrigger` before it.
        const std::int64_t window = time.ticks - config.pretrigger + recording_.clock_shift;
        event.ticks = window + config.start_index;
        event.first_trace = static_cast<std::uint32_t>(recording_.traces.size());
        event.traces = read.averaged && config.averaged_samples > 0 ? 2 : 1;

        RecordedTrace raw;
        raw.file = file_index_;
        raw.board = config.fadc;
        raw.channel = config.channel;
        raw.first_ticks = event.ticks;
        raw.flags = read.trace_flags;
        raw.samples = samples;
        const std::uint64_t averaged_at = samples.offset + samples.bytes;
        raw.device_header[0] = {offset_, read.header_words * 4};
        raw.device_header[1] = {averaged_at + std::uint64_t{config.averaged_samples} * 2,
                                config.maw_length * 4};
        state.raw_traces.push_back(event.first_trace);
        recording_.traces.push_back(raw);
        if (event.traces == 2) {
            RecordedTrace averaged = raw;
            averaged.stream = wire::AVERAGED;
            averaged.first_ticks = window;
            averaged.ticks_per_sample = config.average_ticks();
            averaged.samples = {averaged_at, config.averaged_samples * 2};
            averaged.device_header = {};
            recording_.traces.push_back(averaged);
        }
        recording_.events.push_back(event);
        return {};
    }

    const InputBytes& file_;
    const LlamaHeader& header_;
    std::uint32_t file_index_;
    Recording& recording_;
    std::map<std::uint32_t, ChannelState> channels_;
    std::uint64_t offset_ = 0;
};

}  // namespace

proto::Status read_llama(InputBytes file, Recording& recording) {
    const auto header = read_llama_header(file);
    if (!header) return header.error();
    const double frequency_hz = header->channels[0].frequency_mhz * 1e6;
    if (recording.frequency_hz > 0 && recording.frequency_hz != frequency_hz)
        return proto::error(proto::ErrorKind::UNSUPPORTED,
                            fmt::format("{}: samples at {} Hz, the file before at {}; import them separately",
                                        file.path(), frequency_hz, recording.frequency_hz));
    recording.frequency_hz = frequency_hz;

    const auto index = recording.begin_file(file);
    auto& file_header = *recording.descriptions.back().mutable_header();
    file_header.resize(header->bytes);
    if (auto status = file.read(0, std::as_writable_bytes(std::span(file_header))); !status) return status;

    // The clock's zero is free: it is laid so that raw traces of the first channel carry their timestamps as
    // they stand in the file. All other times keep their distance to it.
    if (index == 0)
        recording.clock_shift =
            std::int64_t{header->channels[0].pretrigger} - header->channels[0].start_index;
    LlamaReader reader(file, *header, static_cast<std::uint32_t>(index), recording);
    const auto read = reader.read_all();
    reader.describe_channels();
    for (const auto& channel : header->channels)
        if (channel.averaged_samples > 0 && (channel.average_mode != 1 || channel.average_pretrigger != 0))
            recording.say(
                index,
                fmt::format("channel {} of module {}: averaging mode {} read as {} samples, begin "
                            "of the averaged samples as that of the trigger's gate window; neither "
                            "has been checked against a recording",
                            channel.channel, channel.fadc, channel.average_mode, channel.average_ticks()));
    return recording.end_file(std::move(file), read, reader.offset());
}

}  // namespace spillgate::offline

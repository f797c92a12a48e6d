#include "offline/import/llama.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "offline/import/llama_header.hpp"

namespace spillgate::offline {

namespace {

constexpr std::int64_t timestamp_wrap = std::int64_t{1} << 48;

// Words before the raw samples, by format bits, the two or one of lengths included.
std::uint32_t header_words(std::uint32_t format_bits, bool averaged) {
    std::uint32_t words = 3;
    if ((format_bits & 1u) != 0) words += 7;
    if ((format_bits & 2u) != 0) words += 2;
    if ((format_bits & 4u) != 0) words += 3;
    if ((format_bits & 8u) != 0) words += 2;
    return words + (averaged ? 1 : 0);
}

// What is remembered of a channel from event to event.
struct ChannelState {
    const LlamaChannel* config = nullptr;
    bool seen = false;
    std::int64_t last_ticks = 0;
    std::int64_t wraps = 0;
    std::uint32_t epoch = 0;
    std::uint16_t used_bits = 0;  // of all raw words so far, or-ed
    std::vector<std::uint32_t> raw_traces;
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

    // A 14-bit module puts its samples into the upper bits; the file says nothing of the module's type.
    void settle_encodings() {
        for (const auto& [id, state] : channels_)
            if ((state.used_bits & 3u) == 0)
                for (const auto index : state.raw_traces)
                    recording_.traces[index].encoding = {14, false, 2};
    }

  private:
    proto::Status corrupt(const std::string& what) const {
        return proto::error(proto::ErrorKind::CORRUPT,
                            fmt::format("{}: event at byte {}: {}", file_.path(), offset_, what));
    }

    proto::Status read_event() {
        std::array<std::byte, 8> first{};
        if (auto status = file_.read(offset_, first); !status) return status;
        const auto w0 = little_u32(first.data());
        const auto found = channels_.find(w0 >> 4 & 0xFFFu);
        if (found == channels_.end()) return corrupt(fmt::format("no channel has id {}", w0 >> 4 & 0xFFFu));
        auto& state = found->second;
        const auto& config = *state.config;
        if ((w0 & 0xFu) != config.format_bits)
            return corrupt(
                fmt::format("format bits {:#x}; the file header says {:#x}", w0 & 0xFu, config.format_bits));
        event_.resize(std::size_t{config.event_length} * 4);
        if (auto status = file_.read(offset_, event_); !status) return status;
        if (auto status = check_lengths(config); !status) return status;
        add_event(state, static_cast<std::int64_t>(w0 >> 16) << 32 | little_u32(first.data() + 4));
        offset_ += event_.size();
        return {};
    }

    std::uint32_t word(std::uint32_t index) const {
        return little_u32(event_.data() + std::size_t{index} * 4);
    }

    // The event's own lengths must be those of the file header: nothing is searched for.
    proto::Status check_lengths(const LlamaChannel& config) const {
        const std::uint32_t at = header_words(config.format_bits, false) - 1;
        if (at >= config.event_length) return corrupt("its header is longer than the event");
        const auto lengths = word(at);
        const auto tag = lengths >> 28;
        averaged_ = tag == 0xA;
        if (tag != 0xE && tag != 0xA) return corrupt(fmt::format("tag {:#x}; allowed: 0xe, 0xa", tag));
        if (header_words(config.format_bits, averaged_) != config.header_length)
            return corrupt(fmt::format("a header of {} words; the file header says {}",
                                       header_words(config.format_bits, averaged_), config.header_length));
        if ((lengths & 0x3FFFFFFu) != config.raw_samples / 2)
            return corrupt(fmt::format("{} words of raw samples; the file header says {}",
                                       lengths & 0x3FFFFFFu, config.raw_samples / 2));
        const auto averaged_words = averaged_ ? word(at + 1) & 0xFFFFu : 0u;
        // 16 bits hold the length only modulo 65536 words.
        if (averaged_words != (config.averaged_samples / 2 & 0xFFFFu))
            return corrupt(fmt::format("{} words of averaged samples; the file header says {}",
                                       averaged_words, config.averaged_samples / 2));
        if (((lengths >> 27 & 1u) != 0) != (config.maw_length > 0))
            return corrupt("its MAW flag contradicts the file header");
        return {};
    }

    void add_event(ChannelState& state, std::int64_t timestamp) {
        const auto& config = *state.config;
        auto ticks = timestamp + state.wraps * timestamp_wrap;
        if (state.seen && ticks < state.last_ticks) {
            // 48 bits last 13 days at 250 MHz: a step back is a wrap only if it brings the event within a
            // 16th of that; otherwise the counter was cleared, and nothing connects the two times.
            if (ticks + timestamp_wrap - state.last_ticks < timestamp_wrap / 16) {
                ++state.wraps;
                ticks += timestamp_wrap;
                ++recording_.times_wrapped;
            } else {
                state.wraps = 0;
                ticks = timestamp;
                ++state.epoch;
                ++recording_.times_backwards;
            }
        }
        state.seen = true;
        state.last_ticks = ticks;

        RecordedEvent event;
        event.epoch = state.epoch;
        // The timestamp is the trigger's; raw samples begin `start_index` into a gate window that begins
        // `pretrigger` before it.
        const std::int64_t window = ticks - config.pretrigger + recording_.clock_shift;
        event.ticks = window + config.start_index;
        event.first_trace = static_cast<std::uint32_t>(recording_.traces.size());
        event.traces = averaged_ && config.averaged_samples > 0 ? 2 : 1;

        RecordedTrace raw;
        raw.file = file_index_;
        raw.board = config.fadc;
        raw.channel = config.channel;
        raw.first_ticks = event.ticks;
        const auto bits = word(header_words(config.format_bits, false) - 1);
        raw.flags = (bits >> 26 & 1u) != 0 ? proto::TRACE_PILE_UP : 0u;
        if ((config.format_bits & 1u) != 0 && (word(3) >> 31 & 1u) != 0) raw.flags |= proto::TRACE_OVERFLOW;
        raw.header = {offset_, config.header_length * 4};
        raw.samples = {offset_ + raw.header.bytes, config.raw_samples * 2};
        const std::uint64_t averaged_at = raw.samples.offset + raw.samples.bytes;
        raw.trailer = {averaged_at + std::uint64_t{config.averaged_samples} * 2, config.maw_length * 4};
        for (std::uint32_t i = 0; i < config.raw_samples; ++i)
            state.used_bits |= little_u16(event_.data() + raw.header.bytes + std::size_t{i} * 2);
        state.raw_traces.push_back(event.first_trace);
        recording_.traces.push_back(raw);
        if (event.traces == 2) {
            RecordedTrace averaged = raw;
            averaged.stream = wire::AVERAGED;
            averaged.first_ticks = window;
            averaged.ticks_per_sample = config.average_ticks();
            averaged.samples = {averaged_at, config.averaged_samples * 2};
            averaged.header = averaged.trailer = {};
            recording_.traces.push_back(averaged);
        }
        recording_.events.push_back(event);
    }

    const InputBytes& file_;
    const LlamaHeader& header_;
    std::uint32_t file_index_;
    Recording& recording_;
    std::map<std::uint32_t, ChannelState> channels_;
    std::vector<std::byte> event_;
    std::uint64_t offset_ = 0;
    mutable bool averaged_ = false;
};

// 14 if all raw samples of a module say so, 16 otherwise.
std::uint32_t bits_of(std::uint32_t board, const Recording& recording) {
    const bool wide = std::ranges::any_of(recording.traces, [&](const auto& t) {
        return t.board == board && t.stream == wire::RAW && t.encoding.bits == 16;
    });
    return wide ? 16 : 14;
}

void describe_hardware(const LlamaHeader& header, Recording& recording) {
    for (const auto& channel : header.channels) {
        const auto has_board =
            std::ranges::any_of(recording.boards, [&](const auto& b) { return b.id() == channel.fadc; });
        if (!has_board) {
            auto& board = recording.boards.emplace_back();
            board.set_id(channel.fadc);
            board.set_name(fmt::format("sis3316-{}", channel.fadc));
            board.set_sample_rate_mhz(channel.frequency_mhz);
            board.set_bits(bits_of(channel.fadc, recording));
            board.set_gives_marks(false);
        }
        const auto has_channel = std::ranges::any_of(recording.channels, [&](const auto& c) {
            return c.board() == channel.fadc && c.channel() == channel.channel;
        });
        if (has_channel) continue;
        auto& described = recording.channels.emplace_back();
        described.set_name(fmt::format("module{}-ch{}", channel.fadc, channel.channel));
        described.set_board(channel.fadc);
        described.set_channel(channel.channel);
    }
}

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

    const auto index = recording.files.size();
    const auto events_before = recording.events.size();
    auto& description = recording.descriptions.emplace_back();
    description.set_name(file.name());
    description.set_bytes(file.size());
    description.mutable_header()->resize(header->bytes);
    if (auto status = file.read(0, std::as_writable_bytes(std::span(*description.mutable_header()))); !status)
        return status;

    // The clock's zero is free: it is laid so that raw traces of the first channel carry their timestamps as
    // they stand in the file. All other times keep their distance to it.
    if (index == 0)
        recording.clock_shift =
            std::int64_t{header->channels[0].pretrigger} - header->channels[0].start_index;
    LlamaReader reader(file, *header, static_cast<std::uint32_t>(index), recording);
    auto status = reader.read_all();
    if (!status && recording.events.size() == events_before) return status;
    reader.settle_encodings();
    describe_hardware(*header, recording);
    if (!status) {
        recording.dropped_bytes += file.size() - reader.offset();
        recording.say(index,
                      fmt::format("{}; the last {} bytes are dropped, {} whole events before them kept",
                                  status.error().message, file.size() - reader.offset(),
                                  recording.events.size() - events_before));
    }
    if (recording.events.size() == events_before) recording.say(index, "holds no event");
    for (const auto& channel : header->channels)
        if (channel.averaged_samples > 0 && (channel.average_mode != 1 || channel.average_pretrigger != 0))
            recording.say(
                index,
                fmt::format("channel {} of module {}: averaging mode {} read as {} samples, begin "
                            "of the averaged samples as that of the trigger's gate window; neither "
                            "has been checked against a recording",
                            channel.channel, channel.fadc, channel.average_mode, channel.average_ticks()));
    recording.files.push_back(std::move(file));
    return {};
}

}  // namespace spillgate::offline

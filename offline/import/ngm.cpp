#include "offline/import/ngm.hpp"

#include <array>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "offline/import/sis3316_event.hpp"

namespace spillgate::offline {

namespace {

constexpr std::uint32_t readout_magic = 0xABBAABBA;
constexpr std::uint32_t end_magic = 0x0E0F0E0F;
constexpr std::uint32_t file_header_bytes = 400;
constexpr std::uint32_t readout_header_bytes = 40;
constexpr std::uint32_t module_header_bytes = 8;
constexpr std::uint32_t channel_header_bytes = 32;
constexpr std::uint32_t channels_per_module = 16;
constexpr std::uint32_t max_maw_words = 1024;  // the register has 10 bits

// What is remembered of a channel from readout to readout.
struct ChannelState {
    Sis3316Clock clock;
    std::uint16_t used_bits = 0;
    std::vector<std::uint32_t> traces;
};

// 14-bit modules lay their samples into the lower bits, or into the upper ones; the file does not say which
// module it was.
proto::Encoding encoding_of(std::uint16_t used, const NgmOptions& options) {
    if (options.bits) return {static_cast<std::uint8_t>(*options.bits), false, 0};
    if (used >> 14 == 0) return {14, false, 0};
    if ((used & 3u) == 0) return {14, false, 2};
    return {16, false, 0};
}

class NgmReader {
  public:
    NgmReader(const InputBytes& file, const NgmOptions& options, std::uint32_t file_index,
              Recording& recording)
        : file_(file), options_(options), file_index_(file_index), recording_(recording) {}

    proto::Status read_all() {
        std::array<std::byte, file_header_bytes> header{};
        if (auto status = file_.read(0, header); !status) return status;
        if ((little_u32(header.data()) & 0xFFFF0000u) != ngm_magic)
            return corrupt(fmt::format("begins with {:#010x}; an NGM file begins with 0x3316",
                                       little_u32(header.data())));
        recording_.descriptions.back().set_header(header.data(), header.size());
        for (offset_ = file_header_bytes; offset_ < file_.size();) {
            const auto word = peek();
            if (!word) return word.error();
            if (*word == end_magic) return read_end();
            if (*word != readout_magic)
                return corrupt(
                    fmt::format("{:#010x} where a readout begins with {:#010x}", *word, readout_magic));
            if (auto status = read_readout(); !status) return status;
        }
        return proto::error(proto::ErrorKind::TRUNCATED,
                            fmt::format("{}: ends at byte {} without its end record", file_.path(), offset_));
    }

    std::uint64_t offset() const { return offset_; }

    // Once all samples have been seen.
    void describe_channels() {
        for (const auto& [place, state] : channels_) {
            const auto [module, channel] = place;
            const auto encoding = encoding_of(state.used_bits, options_);
            for (const auto index : state.traces)
                recording_.traces[index].encoding = encoding;
            recording_.describe({module, channel, fmt::format("sis3316-{}", module),
                                 fmt::format("module{}-ch{}", module, channel), options_.clock_mhz,
                                 encoding.bits});
        }
    }

  private:
    proto::Status corrupt(const std::string& what) const {
        return proto::error(proto::ErrorKind::CORRUPT,
                            fmt::format("{}: at byte {}: {}", file_.path(), offset_, what));
    }

    proto::Result<std::uint32_t> peek() const {
        std::array<std::byte, 4> bytes{};
        if (auto status = file_.read(offset_, bytes); !status) return status.error();
        return little_u32(bytes.data());
    }

    template <std::size_t N>
    proto::Status take(std::array<std::byte, N>& into) {
        if (auto status = file_.read(offset_, into); !status) return status;
        offset_ += N;
        return {};
    }

    proto::Status read_end() {
        std::array<std::byte, readout_header_bytes> record{};
        if (auto status = take(record); !status) return status;
        if (offset_ == file_.size()) return {};
        return corrupt("bytes follow the end record");
    }

    proto::Status read_readout() {
        std::array<std::byte, readout_header_bytes> header{};
        if (auto status = take(header); !status) return status;
        while (offset_ < file_.size()) {
            const auto word = peek();
            if (!word) return word.error();
            if (*word == readout_magic || *word == end_magic) return {};
            if (auto status = read_module(); !status) return status;
        }
        return {};
    }

    proto::Status read_module() {
        std::array<std::byte, module_header_bytes> header{};
        if (auto status = file_.read(offset_, header); !status) return status;
        const auto id = little_u32(header.data());
        if ((id & 0xFFFFFFu) != 0 || little_u32(header.data() + 4) != 0)
            return corrupt(
                fmt::format("{:#010x} {:#010x} where a module's header has its number in the "
                            "highest byte alone",
                            id, little_u32(header.data() + 4)));
        offset_ += header.size();
        for (std::uint32_t channel = 0; channel < channels_per_module; ++channel)
            if (auto status = read_channel(id >> 24, channel); !status) return status;
        return {};
    }

    proto::Status read_channel(std::uint32_t module, std::uint32_t channel) {
        const auto header_at = offset_;
        std::array<std::byte, channel_header_bytes> header{};
        if (auto status = file_.read(offset_, header); !status) return status;
        const auto id = little_u32(header.data());
        if (id >> 24 != module)
            return corrupt(fmt::format("a channel's header of module {} in module {}", id >> 24, module));
        offset_ += header.size();
        const auto end = offset_ + std::uint64_t{little_u32(header.data() + 28)} * 4;
        for (bool first = true; offset_ < end; first = false) {
            if (auto status = read_event(module, channel, id >> 20, end); !status) return status;
            // The trigger counters belong to all events of this readout; they stay with the first.
            if (first) recording_.traces.back().device_header[2] = {header_at, channel_header_bytes};
        }
        return {};
    }

    proto::Status read_event(std::uint32_t module, std::uint32_t channel, std::uint32_t id,
                             std::uint64_t end) {
        const auto event = read_sis3316_event(file_, offset_);
        if (!event) return event.error();
        if (event->id != id)
            return corrupt(fmt::format("an event of channel id {:#x} among those of {:#x}", event->id, id));
        if (event->averaged) return corrupt("averaged samples; how long each lasts, NGM files do not say");
        if (event->maw && options_.maw_words == 0)
            return proto::error(proto::ErrorKind::UNSUPPORTED,
                                fmt::format("{}: event at byte {} has MAW words, and how many the file does "
                                            "not say: give their number",
                                            file_.path(), offset_));
        const ByteRange header{offset_, event->header_words * 4};
        const ByteRange samples{header.offset + header.bytes, event->raw_words * 4};
        const ByteRange maw{samples.offset + samples.bytes, event->maw ? options_.maw_words * 4 : 0};
        const auto event_end = maw.offset + maw.bytes;
        if (event_end > end)
            return corrupt(fmt::format("an event up to byte {} among those of a channel that end at byte {}",
                                       event_end, end));
        if (!file_.holds(offset_, event_end - offset_))
            return proto::error(
                proto::ErrorKind::TRUNCATED,
                fmt::format("{}: event at byte {} has {} bytes, the file only {} more", file_.path(), offset_,
                            event_end - offset_, file_.size() - offset_));
        const auto bits = used_bits(file_, samples);
        if (!bits) return bits.error();
        auto& state = channels_[{module, channel}];
        state.used_bits |= *bits;
        const auto time = state.clock.read(event->timestamp, recording_);
        state.traces.push_back(static_cast<std::uint32_t>(recording_.traces.size()));

        RecordedTrace trace;
        trace.file = file_index_;
        trace.board = module;
        trace.channel = channel;
        trace.first_ticks = time.ticks - options_.pretrigger_samples;
        trace.flags = event->trace_flags;
        trace.samples = samples;
        trace.device_header = {header, maw, ByteRange{}};
        recording_.events.push_back({time.epoch, trace.first_ticks, state.traces.back(), 1});
        recording_.traces.push_back(trace);
        offset_ = event_end;
        return {};
    }

    const InputBytes& file_;
    const NgmOptions& options_;
    std::uint32_t file_index_;
    Recording& recording_;
    std::map<std::pair<std::uint32_t, std::uint32_t>, ChannelState> channels_;
    std::uint64_t offset_ = 0;
};

proto::Status check_options(const NgmOptions& options) {
    const auto refuse = [](const std::string& what) { return proto::error(proto::ErrorKind::CONFIG, what); };
    if (!(options.clock_mhz >= 0.001) || !(options.clock_mhz <= 10000))
        return refuse(fmt::format("a clock of {} MHz; allowed: 0.001 to 10000", options.clock_mhz));
    if (options.bits && (*options.bits < 1 || *options.bits > 16))
        return refuse(fmt::format("{} bits a sample; allowed: 1 to 16", *options.bits));
    if (options.maw_words > max_maw_words)
        return refuse(fmt::format("{} MAW words; allowed: at most {}", options.maw_words, max_maw_words));
    return {};
}

}  // namespace

proto::Status read_ngm(InputBytes file, const NgmOptions& options, Recording& recording) {
    if (auto status = check_options(options); !status) return status;
    recording.frequency_hz = options.clock_mhz * 1e6;
    const auto index = recording.begin_file(file);
    NgmReader reader(file, options, static_cast<std::uint32_t>(index), recording);
    const auto read = reader.read_all();
    if (read && recording.events_of_file() == 0)
        return proto::error(proto::ErrorKind::TRUNCATED, fmt::format("{}: holds no event", file.path()));
    reader.describe_channels();
    return recording.end_file(std::move(file), read, reader.offset());
}

}  // namespace spillgate::offline

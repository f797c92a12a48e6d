#include "offline/import/wavedump.hpp"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

namespace spillgate::offline {

namespace {

constexpr std::uint32_t header_bytes = 24;
constexpr std::uint32_t max_event_bytes = 1u << 28;
constexpr std::int64_t tag_wrap = std::int64_t{1} << 31;

struct EventHeader {
    std::uint32_t bytes, board, pattern, channel, counter, tag;
};

EventHeader header_from(const std::byte* at) {
    std::array<std::uint32_t, 6> w{};
    for (std::size_t i = 0; i < w.size(); ++i)
        w[i] = little_u32(at + 4 * i);
    return {w[0], w[1], w[2], w[3], w[4], w[5] & 0x7FFFFFFFu};
}

// Times in picoseconds, so that ticks of any listed digitizer are whole: one tick is the largest step that
// divides a sample and a tag.
struct Clock {
    std::int64_t tick_ps = 0;
    std::uint32_t ticks_per_sample = 1;
    std::int64_t ticks_per_tag = 1;
};

proto::Result<Clock> clock_of(const WaveDumpOptions& options) {
    const auto sample_ps = std::llround(options.sample_ns * 1000);
    const auto tag_ps = std::llround(options.tag_ns * 1000);
    if (!(options.sample_ns > 0 && options.sample_ns <= 1e6 && options.tag_ns > 0 && options.tag_ns <= 1e6) ||
        sample_ps < 1 || tag_ps < 1)
        return proto::error(
            proto::ErrorKind::CONFIG,
            fmt::format("a sample of {} ns and a time tag of {} ns; allowed: 0.001 to 1000000",
                        options.sample_ns, options.tag_ns));
    const auto tick = std::gcd(sample_ps, tag_ps);
    return Clock{tick, static_cast<std::uint32_t>(sample_ps / tick), tag_ps / tick};
}

// Words that read as floating-point numbers of 16 to 65536 in every place are x742's samples; two integer
// samples of 14 bits or less never look so.
bool is_floating_point(std::span<const std::byte> samples) {
    if (samples.size() < 64 || samples.size() % 4 != 0) return false;
    for (std::size_t i = 0; i < samples.size(); i += 4) {
        const auto value = std::bit_cast<float>(little_u32(samples.data() + i));
        if (!(value >= 16.0f && value < 65536.0f)) return false;
    }
    return true;
}

// The number in "wave3.dat", where there is one.
std::uint32_t channel_in_name(const std::string& name) {
    const auto dot = name.rfind('.');
    auto begin = dot == std::string::npos ? name.size() : dot;
    const auto end = begin;
    while (begin > 0 && name[begin - 1] >= '0' && name[begin - 1] <= '9')
        --begin;
    std::uint32_t channel = 0;
    const auto parsed = std::from_chars(name.data() + begin, name.data() + end, channel);
    return parsed.ec == std::errc() && channel <= 65535 ? channel : 0;
}

class WaveDumpReader {
  public:
    WaveDumpReader(const InputBytes& file, const WaveDumpOptions& options, const Clock& clock,
                   std::uint32_t file_index, Recording& recording)
        : file_(file), options_(options), clock_(clock), file_index_(file_index), recording_(recording) {}

    proto::Status read_all() {
        const auto read = [&] { return options_.samples > 0 ? read_bare_event() : read_event(); };
        while (offset_ < file_.size())
            if (auto status = read(); !status) return status;
        return {};
    }

    std::uint64_t offset() const { return offset_; }
    std::uint32_t epochs() const { return epoch_ + 1; }
    std::uint64_t lost_events() const { return lost_events_; }

  private:
    proto::Status corrupt(const std::string& what) const {
        return proto::error(proto::ErrorKind::CORRUPT,
                            fmt::format("{}: event at byte {}: {}", file_.path(), offset_, what));
    }
    std::uint32_t sample_bytes() const {
        return options_.sample_type == WaveDumpOptions::SampleType::U8 ? 1 : 2;
    }

    proto::Status read_event() {
        std::array<std::byte, header_bytes> bytes{};
        if (auto status = file_.read(offset_, bytes); !status) return status;
        const auto header = header_from(bytes.data());
        if (header.bytes < header_bytes || header.bytes > max_event_bytes ||
            (header.bytes - header_bytes) % sample_bytes() != 0)
            return corrupt(fmt::format("a length of {} bytes; allowed: {} to {}, whole samples", header.bytes,
                                       header_bytes, max_event_bytes));
        if (header.channel > 65535) return corrupt(fmt::format("channel {}", header.channel));
        if (!file_.holds(offset_, header.bytes))
            return proto::error(proto::ErrorKind::TRUNCATED,
                                fmt::format("{}: event at byte {} has {} bytes, the file only {} more",
                                            file_.path(), offset_, header.bytes, file_.size() - offset_));
        if (first_ && !options_.sample_type)
            if (auto status = refuse_floating_point(header.bytes - header_bytes); !status) return status;
        const auto board = header.board & 0x1Fu;
        if (!first_ && (board != board_ || header.channel != channel_))
            return corrupt(fmt::format("board {} channel {} in a file of board {} channel {}", board,
                                       header.channel, board_, channel_));
        board_ = board;
        channel_ = header.channel;
        if (!first_ && header.counter > counter_ + 1) lost_events_ += header.counter - counter_ - 1;
        counter_ = header.counter;
        add_event(ticks_of(header.tag), {offset_, header_bytes}, header.bytes - header_bytes);
        offset_ += header.bytes;
        return {};
    }

    proto::Status read_bare_event() {
        const auto bytes = std::uint64_t{options_.samples} * sample_bytes();
        if (!file_.holds(offset_, bytes))
            return proto::error(proto::ErrorKind::TRUNCATED,
                                fmt::format("{}: ends {} bytes into an event of {} samples", file_.path(),
                                            file_.size() - offset_, options_.samples));
        if (first_) channel_ = channel_in_name(file_.name());
        // No time: the slices' length is laid between events when they are written.
        add_event(static_cast<std::int64_t>(counter_++), {}, static_cast<std::uint32_t>(bytes));
        offset_ += bytes;
        return {};
    }

    proto::Status refuse_floating_point(std::uint32_t bytes) {
        std::vector<std::byte> samples(bytes);
        if (auto status = file_.read(offset_ + header_bytes, samples); !status) return status;
        if (!is_floating_point(samples)) return {};
        return proto::error(
            proto::ErrorKind::UNSUPPORTED,
            fmt::format(
                "{}: its samples read as 32-bit floating-point numbers, as x742 and x743 write them "
                "corrected; "
                "run files hold integer samples. If they are 16-bit integers, say so (sample type u16)",
                file_.path()));
    }

    // The tag has 31 bits (17 s at 8 ns). An advance of less than half a turn is taken as it reads; a longer
    // one may as well be a step back or whole turns more: a new epoch begins, in which the tag stands as it
    // is.
    std::int64_t ticks_of(std::uint32_t tag) {
        if (!first_) {
            const auto advance = (static_cast<std::int64_t>(tag) - last_tag_ + tag_wrap) % tag_wrap;
            if (advance >= tag_wrap / 2) {
                ++epoch_;
                turns_ = 0;
                ++recording_.times_backwards;
            } else if (static_cast<std::int64_t>(tag) < last_tag_) {
                ++turns_;
                ++recording_.times_wrapped;
            }
        }
        last_tag_ = tag;
        return (turns_ * tag_wrap + tag) * clock_.ticks_per_tag -
               std::int64_t{options_.pretrigger_samples} * clock_.ticks_per_sample;
    }

    void add_event(std::int64_t ticks, ByteRange header, std::uint32_t sample_bytes_in_all) {
        first_ = false;
        RecordedTrace trace;
        trace.file = file_index_;
        trace.board = board_;
        trace.channel = channel_;
        trace.first_ticks = ticks;
        trace.ticks_per_sample = clock_.ticks_per_sample;
        trace.narrow = sample_bytes() == 1;
        trace.encoding = {static_cast<std::uint8_t>(trace.narrow ? 8 : options_.bits), false, 0};
        trace.samples = {offset_ + header.bytes, sample_bytes_in_all};
        trace.device_header[0] = header;
        recording_.events.push_back({epoch_, ticks, static_cast<std::uint32_t>(recording_.traces.size()), 1});
        recording_.traces.push_back(trace);
    }

    const InputBytes& file_;
    const WaveDumpOptions& options_;
    const Clock& clock_;
    std::uint32_t file_index_;
    Recording& recording_;
    std::uint64_t offset_ = 0;
    bool first_ = true;
    std::uint32_t board_ = 0;
    std::uint32_t channel_ = 0;
    std::uint32_t counter_ = 0;
    std::uint64_t lost_events_ = 0;
    std::int64_t last_tag_ = 0;
    std::int64_t turns_ = 0;
    std::uint32_t epoch_ = 0;
};

proto::Status check_options(const InputBytes& file, const WaveDumpOptions& options, const Clock& clock) {
    if (options.sample_type == WaveDumpOptions::SampleType::F32)
        return proto::error(
            proto::ErrorKind::UNSUPPORTED,
            fmt::format("{}: 32-bit floating-point samples (x742, x743) are not imported: run files "
                        "hold integer samples",
                        file.path()));
    if (options.bits < 1 || options.bits > 16)
        return proto::error(proto::ErrorKind::CONFIG,
                            fmt::format("{} bits a sample; allowed: 1 to 16", options.bits));
    if (options.samples > max_event_bytes / 2)
        return proto::error(proto::ErrorKind::CONFIG, fmt::format("{} samples an event; allowed: at most {}",
                                                                  options.samples, max_event_bytes / 2));
    if (clock.ticks_per_sample > 65535)
        return proto::error(proto::ErrorKind::CONFIG,
                            "sample and time tag have no common step; allowed: steps of 0.001 ns "
                            "with at most 65535 to a sample");
    return {};
}

bool could_be_first(const EventHeader& header) {
    return header.bytes > header_bytes && header.bytes <= max_event_bytes && header.channel <= 63;
}

}  // namespace

bool looks_like_wavedump(const InputBytes& file) {
    std::array<std::byte, header_bytes> bytes{};
    if (!file.read(0, bytes)) return false;
    const auto first = header_from(bytes.data());
    if (!could_be_first(first)) return false;
    if (first.bytes == file.size()) return true;
    if (!file.read(first.bytes, bytes)) return false;
    const auto second = header_from(bytes.data());
    return second.board == first.board && second.channel == first.channel && second.counter >= first.counter;
}

bool could_be_wavedump(const InputBytes& file) {
    std::array<std::byte, header_bytes> bytes{};
    if (!file.read(0, bytes)) return false;
    const auto first = header_from(bytes.data());
    return could_be_first(first) && !file.holds(first.bytes, header_bytes);
}

proto::Status read_wavedump(InputBytes file, const WaveDumpOptions& options, Recording& recording) {
    const auto clock = clock_of(options);
    if (!clock) return clock.error();
    if (auto status = check_options(file, options, *clock); !status) return status;
    recording.frequency_hz = 1e12 / static_cast<double>(clock->tick_ps);
    recording.has_time = options.samples == 0;

    const auto backwards_before = recording.times_backwards;
    const auto index = recording.begin_file(file);
    WaveDumpReader reader(file, options, *clock, static_cast<std::uint32_t>(index), recording);
    auto read = reader.read_all();
    if (!read && (recording.events_of_file() == 0 || read.error().kind == proto::ErrorKind::UNSUPPORTED))
        return read;
    if (recording.events_of_file() == 0)
        return proto::error(proto::ErrorKind::TRUNCATED, fmt::format("{}: holds no event", file.path()));
    const auto first_event = recording.first_event_of_file;
    if (index > 0 && reader.epochs() != recording.events[first_event - 1].epoch + 1)
        return proto::error(
            proto::ErrorKind::UNSUPPORTED,
            fmt::format("{}: its time tags leave {} ambiguous gaps, the file before {}; import them "
                        "separately",
                        file.path(), reader.epochs() - 1, recording.events[first_event - 1].epoch));
    const auto& trace = recording.traces[recording.events[first_event].first_trace];
    recording.describe({trace.board, trace.channel, fmt::format("caen-{}", trace.board),
                        fmt::format("board{}-ch{}", trace.board, trace.channel), 1e3 / options.sample_ns,
                        trace.encoding.bits});
    if (recording.times_backwards > backwards_before)
        recording.say(
            index,
            fmt::format("{} gaps between 31-bit time tags are ambiguous: a new epoch begins after each",
                        recording.times_backwards - backwards_before));
    if (reader.lost_events() > 0)
        recording.say(index, fmt::format("its event counter leaves out {} events", reader.lost_events()));
    if (!recording.has_time)
        recording.say(index,
                      "has no time tags: each event is given a slot of its own, flagged clock-suspect");
    return recording.end_file(std::move(file), read, reader.offset());
}

}  // namespace spillgate::offline

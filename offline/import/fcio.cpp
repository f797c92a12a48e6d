#include "offline/import/fcio.hpp"

#include <array>
#include <cmath>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "offline/import/fcio_clock.hpp"

namespace spillgate::offline {

namespace {

constexpr std::uint32_t trace_header_bytes = 4;  // FPGA baseline and energy, 16 bits each
constexpr std::uint32_t max_configs = 64;        // of one file; writers put one at its begin
constexpr std::uint64_t max_kept_header_bytes = 1u << 20;

enum EventField : std::size_t { TRACES = 4, DEAD_REGION = 5 };
enum SparseField : std::size_t { SPARSE_NUMBER = 5, SPARSE_LIST = 6, SPARSE_TRACES = 7 };

// Samples of 16-bit FADCs come every 16 ns, those of 12-bit ones with each tick.
double period_ns(const FcioConfig& config, const FcioOptions& options) {
    return options.sample_ns.value_or(config.bits <= 12 ? 4 : 16);
}

class FcioReader {
  public:
    FcioReader(const InputBytes& file, const FcioOptions& options, std::uint32_t file_index,
               Recording& recording)
        : file_(file), options_(options), file_index_(file_index), recording_(recording), clock_(recording) {}

    proto::Status read_all() {
        std::array<std::byte, 4> magic{};
        if (auto status = file_.read(0, magic); !status) return status;
        if (little_u32(magic.data()) != fcio_magic)
            return proto::error(proto::ErrorKind::CORRUPT,
                                fmt::format("{}: begins with {:#010x}; an FCIO file begins with {:#010x}",
                                            file_.path(), little_u32(magic.data()), fcio_magic));
        for (offset_ = fcio_file_header_bytes; offset_ < file_.size(); offset_ = record_.end) {
            if (auto status = read_fcio_record(file_, offset_, record_); !status) {
                if (keep_whole_event()) offset_ = record_.end;
                return status;
            }
            if (auto status = take_record(); !status) return status;
        }
        return {};
    }

    std::uint64_t offset() const { return offset_; }

    void report(std::size_t index) const {
        for (const auto& [tag, count] : skipped_)
            recording_.say(index, fmt::format("{} record(s) with tag {} hold no traces and are not imported",
                                              count, tag));
        if (clock_.scaled() > 0)
            recording_.say(index,
                           fmt::format("{} event(s) count other than {} ticks to a second: their ticks are "
                                       "scaled to the second between two PPS",
                                       clock_.scaled(), FcioClock::ticks_per_second));
        if (clock_.doubted() > 0)
            recording_.say(index,
                           fmt::format("{} event(s) have a number of ticks to a second that cannot be; "
                                       "read as {}",
                                       clock_.doubted(), FcioClock::ticks_per_second));
    }

  private:
    proto::Status corrupt(const std::string& what) const {
        return proto::error(proto::ErrorKind::CORRUPT,
                            fmt::format("{}: event at byte {}: {}", file_.path(), offset_, what));
    }

    // Where a record ends shows only by the tag of the next: an event before bytes that are no field is whole
    // if it has all of its traces.
    bool keep_whole_event() {
        return (record_.tag == FCIO_EVENT && take_event()) ||
               (record_.tag == FCIO_SPARSE_EVENT && take_sparse_event());
    }

    proto::Status take_record() {
        switch (record_.tag) {
            case FCIO_CONFIG:
                return take_config();
            case FCIO_EVENT:
                return take_event();
            case FCIO_SPARSE_EVENT:
                return take_sparse_event();
            default:
                // Tags of their own would be a memory without bound in a damaged file.
                if (skipped_.size() < 32 || skipped_.contains(record_.tag)) ++skipped_[record_.tag];
                return {};
        }
    }

    proto::Status take_config() {
        if (++configs_ > max_configs) return corrupt(fmt::format("more than {} configs", max_configs));
        auto config = read_fcio_config(file_, record_);
        if (!config) return config.error();
        const auto ticks = std::llround(period_ns(*config, options_) / FcioClock::tick_ns);
        if (!(period_ns(*config, options_) > 0) || ticks < 1 || ticks > 65535 ||
            static_cast<double>(ticks) * FcioClock::tick_ns != period_ns(*config, options_))
            return proto::error(proto::ErrorKind::CONFIG,
                                fmt::format("{}: a sample of {} ns; allowed: multiples of {} ns",
                                            file_.path(), period_ns(*config, options_), FcioClock::tick_ns));
        config_ = std::move(*config);
        ticks_per_sample_ = static_cast<std::uint32_t>(ticks);
        add_to_file_header();
        describe_channels();
        return {};
    }

    // The file's header is its first bytes and its configs, as they came.
    void add_to_file_header() {
        auto& header = *recording_.descriptions.back().mutable_header();
        const auto begin = header.empty() ? 0 : record_.begin;
        const auto before = header.size();
        if (before + (record_.end - begin) > max_kept_header_bytes) return;
        header.resize(before + (record_.end - begin));
        const auto into = std::as_writable_bytes(std::span(header)).subspan(before);
        if (!file_.read(begin, into)) header.resize(before);
    }

    void describe_channels() {
        const std::set<std::uint32_t> inputs(config_.trace_map.begin(), config_.trace_map.end());
        // A map that names an input twice would put two channels into one.
        if (inputs.size() != config_.trace_map.size()) config_.trace_map.clear();
        for (std::uint32_t i = 0; i < config_.traces(); ++i) {
            const auto [board, channel] = place_of(i);
            recording_.describe(
                {board, channel, fmt::format("flashcam-{}", board),
                 fmt::format("{}card{}-in{}", i < config_.channels ? "" : "trigger-", board, channel),
                 1e3 / (ticks_per_sample_ * FcioClock::tick_ns), config_.bits});
        }
    }

    // Board and channel of a trace.
    std::pair<std::uint32_t, std::uint32_t> place_of(std::uint32_t trace) const {
        if (config_.trace_map.empty()) return {0, trace};
        return {config_.trace_map[trace] >> 16, config_.trace_map[trace] & 0xFFFFu};
    }

    proto::Status take_event() {
        const auto trace_bytes = trace_header_bytes + 2 * config_.samples;
        if (record_.fields.size() <= TRACES)
            return corrupt(fmt::format("{} fields; needed are {}", record_.fields.size(), TRACES + 1));
        if (config_.traces() == 0 ||
            record_.fields[TRACES].bytes != std::uint64_t{trace_bytes} * config_.traces())
            return corrupt(fmt::format("{} bytes of traces; the config says {} of {}",
                                       record_.fields[TRACES].bytes, config_.traces(), trace_bytes));
        if (auto status = begin_event(); !status) return status;
        for (std::uint32_t i = 0; i < config_.traces(); ++i)
            add_trace(i, record_.fields[TRACES].offset + std::uint64_t{i} * trace_bytes);
        auto& first = recording_.traces[recording_.events.back().first_trace];
        first.device_header[1] = {record_.begin, 4 + record_.with_lengths(0, TRACES).bytes};
        if (record_.fields.size() > DEAD_REGION)
            first.device_header[2] = record_.with_lengths(DEAD_REGION, DEAD_REGION + 1);
        return refuse_beyond(DEAD_REGION + 1);
    }

    proto::Status take_sparse_event() {
        const auto trace_bytes = trace_header_bytes + 2 * config_.samples;
        if (record_.fields.size() < SPARSE_TRACES || record_.fields[SPARSE_NUMBER].bytes != 4)
            return corrupt(fmt::format("{} fields; needed are {}", record_.fields.size(), +SPARSE_TRACES));
        std::array<std::byte, 4> number{};
        if (auto status = file_.read(record_.fields[SPARSE_NUMBER].offset, number); !status) return status;
        const auto traces = little_u32(number.data());
        if (config_.traces() == 0 || traces > config_.traces() ||
            record_.fields.size() < SPARSE_TRACES + traces || record_.fields[SPARSE_LIST].bytes != 2 * traces)
            return corrupt(fmt::format("{} traces in a list of {} bytes and {} fields; the config knows {}",
                                       traces, record_.fields[SPARSE_LIST].bytes, record_.fields.size(),
                                       config_.traces()));
        std::vector<std::byte> list(2 * std::size_t{traces});
        if (auto status = file_.read(record_.fields[SPARSE_LIST].offset, list); !status) return status;
        for (std::uint32_t i = 0; i < traces; ++i)
            if (little_u16(list.data() + 2 * std::size_t{i}) >= config_.traces() ||
                record_.fields[SPARSE_TRACES + i].bytes != trace_bytes)
                return corrupt(fmt::format("trace {} of {} bytes; the config says {} of {}",
                                           little_u16(list.data() + 2 * std::size_t{i}),
                                           record_.fields[SPARSE_TRACES + i].bytes, config_.traces(),
                                           trace_bytes));
        if (auto status = begin_event(); !status) return status;
        for (std::uint32_t i = 0; i < traces; ++i)
            add_trace(little_u16(list.data() + 2 * std::size_t{i}), record_.fields[SPARSE_TRACES + i].offset);
        if (traces > 0)
            recording_.traces[recording_.events.back().first_trace].device_header[1] = {
                record_.begin, 4 + record_.with_lengths(0, SPARSE_TRACES).bytes};
        return refuse_beyond(SPARSE_TRACES + traces);
    }

    // What follows an event's last field is no part of it, nor a record of its own.
    proto::Status refuse_beyond(std::size_t fields) {
        if (record_.fields.size() <= fields) return {};
        offset_ = record_.fields[fields - 1].offset + record_.fields[fields - 1].bytes;
        return corrupt("a field that no event has");
    }

    proto::Status begin_event() {
        const auto time = clock_.read(file_, record_, config_.gps, recording_);
        if (!time) return time.error();
        RecordedEvent event;
        event.epoch = time->epoch;
        event.ticks = time->ticks - std::int64_t{options_.pretrigger_samples} * ticks_per_sample_;
        event.first_trace = static_cast<std::uint32_t>(recording_.traces.size());
        recording_.events.push_back(event);
        return {};
    }

    void add_trace(std::uint32_t index, std::uint64_t offset) {
        RecordedTrace trace;
        trace.file = file_index_;
        std::tie(trace.board, trace.channel) = place_of(index);
        trace.first_ticks = recording_.events.back().ticks;
        trace.ticks_per_sample = ticks_per_sample_;
        trace.encoding = {static_cast<std::uint8_t>(config_.bits), false, 0};
        trace.samples = {offset + trace_header_bytes, 2 * config_.samples};
        trace.device_header[0] = {offset, trace_header_bytes};
        ++recording_.events.back().traces;
        recording_.traces.push_back(trace);
    }

    const InputBytes& file_;
    const FcioOptions& options_;
    std::uint32_t file_index_;
    Recording& recording_;
    FcioClock clock_;
    FcioConfig config_;
    FcioRecord record_;
    std::uint64_t offset_ = 0;
    std::uint32_t configs_ = 0;
    std::uint32_t ticks_per_sample_ = 1;
    std::map<std::int32_t, std::uint64_t> skipped_;
};

}  // namespace

proto::Status read_fcio(InputBytes file, const FcioOptions& options, Recording& recording) {
    recording.frequency_hz = static_cast<double>(FcioClock::ticks_per_second);
    const auto index = recording.begin_file(file);
    FcioReader reader(file, options, static_cast<std::uint32_t>(index), recording);
    auto read = reader.read_all();
    if (!read && read.error().kind == proto::ErrorKind::CONFIG) return read;
    if (read && recording.events_of_file() == 0)
        return proto::error(proto::ErrorKind::TRUNCATED, fmt::format("{}: holds no event", file.path()));
    reader.report(index);
    return recording.end_file(std::move(file), read, reader.offset());
}

}  // namespace spillgate::offline

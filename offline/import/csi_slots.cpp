// Minute files' records → slots.
#include <cmath>

#include <fmt/format.h>

#include "offline/import/csi_minute.hpp"
#include "offline/import/import_config.hpp"
#include "offline/import/input_bytes.hpp"

namespace spillgate::offline {

namespace {

constexpr double nominal_repetition_hz = 60;
// Stamps of neighbouring slots differ by 17 ms; a longer step leaves slots out, and how many is not known.
constexpr std::int64_t longest_step_ns = 1'000'000'000;

class CsiSlots {
  public:
    CsiSlots(const CsiWindows& windows, ImportedRun& run) : windows_(windows), run_(run) {}

    proto::Status add(std::span<const std::byte> bytes) {
        auto& record = run_.next_record();
        judge_stamp(csi_stamp_utc_ns(bytes.first<csi_stamp_bytes>()), record);
        // The recording has no clock but its stamps: the mark's ticks count slots at the nominal rate.
        const auto period = csi_sample_rate_hz / nominal_repetition_hz;
        const auto begin = std::llround(static_cast<double>(run_.slots()) * period);
        const auto mark = windows_.in_time_roi[0];
        record.t0 = {0, epoch_, begin + mark, 0};
        record.clocks.push_back({0, csi_sample_rate_hz, record.t0, 0});
        add_traces(bytes, begin, record);
        add_window(wire::ANTI_COINCIDENT, windows_.ac_pretrace, windows_.ac_roi, record);
        add_window(wire::IN_TIME, windows_.in_time_pretrace, windows_.in_time_roi, record);
        return run_.append();
    }

    std::uint64_t bad_stamps() const { return bad_stamps_; }
    std::uint64_t gaps() const { return epoch_; }

  private:
    void judge_stamp(const std::optional<std::int64_t>& utc_ns, proto::SpillRecord& record) {
        if (epoch_ > 0) record.quality |= proto::bit(proto::SlotQuality::SLOT_ESTIMATED);
        if (!utc_ns) {
            ++bad_stamps_;
            record.quality |= proto::bit(proto::SlotQuality::CLOCK_SUSPECT);
            return;
        }
        record.utc_ns = *utc_ns;
        const bool backwards = last_utc_ns_ && *utc_ns < *last_utc_ns_;
        if (backwards) run_.ledger().add(proto::Fault::TIME_BACKWARDS);
        if (backwards || (last_utc_ns_ && *utc_ns - *last_utc_ns_ > longest_step_ns)) {
            ++epoch_;
            record.quality |= proto::bit(proto::SlotQuality::CLOCK_SUSPECT) |
                              proto::bit(proto::SlotQuality::SLOT_ESTIMATED);
        }
        last_utc_ns_ = utc_ns;
    }

    void add_traces(std::span<const std::byte> bytes, std::int64_t begin, proto::SpillRecord& record) {
        record.samples.resize(2 * std::size_t{csi_samples});
        const auto pairs = bytes.subspan(csi_stamp_bytes);
        for (std::uint32_t channel = 0; channel < 2; ++channel) {
            auto& trace = record.traces.emplace_back();
            trace.channel = channel;
            trace.first = {0, epoch_, begin, 0};
            trace.encoding = {8, true, 0};
            trace.offset = std::size_t{channel} * csi_samples;
            trace.count = csi_samples;
            for (std::size_t i = 0; i < csi_samples; ++i)
                record.samples[trace.offset + i] = static_cast<std::uint16_t>(
                    static_cast<std::int16_t>(std::to_integer<std::int8_t>(pairs[2 * i + channel])));
        }
        const auto* stamp = reinterpret_cast<const char*>(bytes.data());
        record.traces[0].device_header.assign(stamp, csi_stamp_bytes);
    }

    void add_window(proto::WindowKind kind, const std::array<std::int64_t, 2>& pretrace,
                    const std::array<std::int64_t, 2>& roi, proto::SpillRecord& record) {
        const auto mark = windows_.in_time_roi[0];
        auto& window = record.windows.emplace_back();
        window.kind = kind;
        window.pretrace_begin = pretrace[0] - mark;
        window.pretrace_end = pretrace[1] - mark;
        window.roi_begin = roi[0] - mark;
        window.roi_end = roi[1] - mark;
        window.traces = {0, 1};
    }

    CsiWindows windows_;
    ImportedRun& run_;
    std::optional<std::int64_t> last_utc_ns_;
    std::uint64_t bad_stamps_ = 0;
    std::uint32_t epoch_ = 0;
};

// Reads one file to its end or to its damage. An error here is one of writing.
proto::Status import_one(CsiMinuteReader& reader, std::span<const std::byte> first, CsiSlots& slots,
                         wire::ImportedFile& description, std::uint64_t& dropped) {
    std::uint64_t whole = 0;
    for (auto record = proto::Result<std::span<const std::byte>>(first);; record = reader.next()) {
        if (!record) {
            // Of the tail, what had been unpacked; how much more a damaged archive held cannot be told.
            dropped += reader.bytes_after_last_record();
            description.add_messages(
                fmt::format("{}; {} whole records before it are kept", record.error().message, whole));
            return {};
        }
        if (record->empty()) return {};
        if (auto status = slots.add(*record); !status) return status;
        ++whole;
    }
}

}  // namespace

proto::Result<ImportReport> import_csi_minutes(const std::vector<std::string>& paths,
                                               const std::string& runs_dir, const ImportOptions& options) {
    const auto windows = csi_windows(options.data_set);
    if (!windows) return windows.error();
    ImportReport report;
    report.format = ImportFormat::CSI_MINUTE;
    std::vector<wire::ImportedFile> files;
    std::vector<CsiMinuteReader> readers;
    std::vector<std::vector<std::byte>> first_records;
    for (const auto& path : paths) {
        auto input = InputBytes::open(path);
        if (!input) return input.error();
        auto reader = CsiMinuteReader::open(path);
        if (!reader) return reader.error();
        const auto first = reader->next();
        if (!first) return first.error();
        if (first->empty())
            return proto::error(proto::ErrorKind::TRUNCATED, fmt::format("{}: holds no record", path));
        first_records.emplace_back(first->begin(), first->end());
        readers.push_back(std::move(*reader));
        const auto sha256 = input->sha256();
        if (!sha256) return sha256.error();
        auto& file = files.emplace_back();
        file.set_name(input->name());
        file.set_format(std::string(name_of(report.format)));
        file.set_bytes(input->size());
        file.set_sha256(*sha256);
    }

    auto run = ImportedRun::create(
        runs_dir, options, csi_config(*windows, options, files.front().name()),
        fmt::format("csi-minute: {} file(s), first {}", files.size(), files.front().name()));
    if (!run) return run.error();
    CsiSlots slots(*windows, *run);
    proto::Status status;
    for (std::size_t i = 0; i < readers.size() && status; ++i)
        status = import_one(readers[i], first_records[i], slots, files[i], report.dropped_bytes);
    if (slots.bad_stamps() > 0)
        files.back().add_messages(fmt::format("{} records have a stamp that is no time", slots.bad_stamps()));
    if (slots.gaps() > 0)
        files.back().add_messages(
            fmt::format("stamps step back or by more than a second {} times: slot numbers go on, estimated",
                        slots.gaps()));
    if (auto finished = run->finish(files, status, report); !finished) return finished.error();
    report.events = report.slots;
    for (const auto& file : files)
        for (const auto& message : file.messages())
            report.messages.push_back(message);
    return report;
}

}  // namespace spillgate::offline

#include "offline/import/import.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "offline/import/csi_minute.hpp"
#include "offline/import/import_config.hpp"
#include "offline/import/llama.hpp"
#include "offline/import/slices.hpp"
#include "offline/import/wavedump.hpp"

namespace spillgate::offline {

namespace {

constexpr std::array<std::string_view, 3> format_names{"llama", "wavedump", "csi-minute"};
constexpr std::uint32_t zip_magic = 0x04034B50;        // "PK\3\4"
constexpr std::uint32_t empty_zip_magic = 0x06054B50;  // "PK\5\6"
constexpr std::uint32_t fcio_magic = 0xC46535FF;
constexpr std::uint16_t compass_magic = 0xCAE0;  // in the upper 12 bits

proto::Status read_file(ImportFormat format, const std::string& path, const ImportOptions& options,
                        Recording& recording) {
    auto file = InputBytes::open(path);
    if (!file) return file.error();
    auto sha256 = file->sha256();
    if (!sha256) return sha256.error();
    auto status = format == ImportFormat::LLAMA
                      ? read_llama(std::move(*file), recording)
                      : read_wavedump(std::move(*file), options.wavedump, recording);
    if (!status) return status;
    recording.descriptions.back().set_sha256(*sha256);
    recording.descriptions.back().set_format(std::string(name_of(format)));
    return {};
}

proto::Result<ImportReport> import_slices(ImportFormat format, const std::vector<std::string>& paths,
                                          const std::string& runs_dir, const ImportOptions& options) {
    Recording recording;
    recording.format = name_of(format);
    for (const auto& path : paths)
        if (auto status = read_file(format, path, options, recording); !status) return status.error();
    if (recording.events.empty())
        return proto::error(proto::ErrorKind::TRUNCATED, fmt::format("{}: no event", fmt::join(paths, ", ")));
    const auto slices = SliceWriter::plan(recording, options.slice_ms);
    if (!slices) return slices.error();

    auto run =
        ImportedRun::create(runs_dir, options, free_running_config(recording, options, slices->slice_ticks()),
                            fmt::format("{}: {} file(s), first {}", recording.format, paths.size(),
                                        recording.descriptions.front().name()));
    if (!run) return run.error();
    run->ledger().add(proto::Fault::TIME_BACKWARDS, recording.times_backwards);
    run->ledger().add(proto::Fault::TIMESTAMP_ROLLOVER, recording.times_wrapped);
    ImportReport report;
    report.format = format;
    report.events = recording.events.size();
    report.dropped_bytes = recording.dropped_bytes;
    if (auto status = run->finish(recording.descriptions, slices->write(*run), report); !status)
        return status.error();
    for (const auto& description : recording.descriptions)
        for (const auto& message : description.messages())
            // What ended a file early begins with its path already.
            report.messages.push_back(
                std::ranges::any_of(paths, [&](const auto& p) { return message.starts_with(p + ": "); })
                    ? message
                    : fmt::format("{}: {}", description.name(), message));
    return report;
}

}  // namespace

std::string_view name_of(ImportFormat format) {
    return format_names[static_cast<std::size_t>(format)];
}

std::optional<ImportFormat> import_format_from_name(std::string_view name) {
    const auto found = std::ranges::find(format_names, name);
    if (found == format_names.end()) return std::nullopt;
    return static_cast<ImportFormat>(found - format_names.begin());
}

proto::Result<ImportFormat> detect_format(const std::string& path) {
    const auto file = InputBytes::open(path);
    if (!file) return file.error();
    std::array<std::byte, 4> bytes{};
    const bool whole = file->read(0, bytes).has_value();
    const auto magic = whole ? little_u32(bytes.data()) : 0;
    if (magic == llama_magic) return ImportFormat::LLAMA;
    if (magic == zip_magic || magic == empty_zip_magic) return ImportFormat::CSI_MINUTE;
    const auto refuse = [&](std::string_view what) {
        return proto::error(
            proto::ErrorKind::UNSUPPORTED,
            fmt::format("{}: {}; formats that can be imported: {}. WaveDump files without headers need "
                        "their format and number of samples given",
                        path, what, fmt::join(format_names, ", ")));
    };
    if (magic == fcio_magic) return refuse("is an FCIO file, which is not imported");
    if ((magic & 0xFFF0u) == compass_magic) return refuse("is a CoMPASS file, which is not imported");
    if (looks_like_wavedump(*file)) return ImportFormat::WAVEDUMP;
    return refuse(whole ? fmt::format("begins with {:#010x}, which no format does", magic)
                        : fmt::format("has only {} bytes", file->size()));
}

proto::Result<ImportReport> import_files(std::optional<ImportFormat> format,
                                         const std::vector<std::string>& paths, const std::string& runs_dir,
                                         const ImportOptions& options) {
    if (paths.empty()) return proto::error(proto::ErrorKind::CONFIG, "no file to import");
    for (const auto& path : paths) {
        if (format) break;
        const auto found = detect_format(path);
        if (!found) return found.error();
        format = *found;
    }
    return *format == ImportFormat::CSI_MINUTE ? import_csi_minutes(paths, runs_dir, options)
                                               : import_slices(*format, paths, runs_dir, options);
}

}  // namespace spillgate::offline

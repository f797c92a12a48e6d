#include "offline/import/import.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "offline/import/compass.hpp"
#include "offline/import/csi_minute.hpp"
#include "offline/import/fcio.hpp"
#include "offline/import/import_config.hpp"
#include "offline/import/llama.hpp"
#include "offline/import/ngm.hpp"
#include "offline/import/slices.hpp"
#include "offline/import/wavedump.hpp"

namespace spillgate::offline {

namespace {

constexpr std::array<std::string_view, 6> format_names{"llama", "wavedump", "csi-minute",
                                                       "fcio",  "compass",  "ngm"};
constexpr std::uint32_t zip_magic = 0x04034B50;        // "PK\3\4"
constexpr std::uint32_t empty_zip_magic = 0x06054B50;  // "PK\5\6"

proto::Status read_format(ImportFormat format, InputBytes file, const ImportOptions& options,
                          Recording& recording) {
    switch (format) {
        case ImportFormat::LLAMA:
            return read_llama(std::move(file), recording);
        case ImportFormat::WAVEDUMP:
            return read_wavedump(std::move(file), options.wavedump, recording);
        case ImportFormat::FCIO:
            return read_fcio(std::move(file), options.fcio, recording);
        case ImportFormat::COMPASS:
            return read_compass(std::move(file), options.compass, recording);
        case ImportFormat::NGM:
            return read_ngm(std::move(file), options.ngm, recording);
        case ImportFormat::CSI_MINUTE:
            break;
    }
    return proto::error(proto::ErrorKind::UNSUPPORTED,
                        fmt::format("{}: is a recording with marks", file.path()));
}

proto::Status read_file(ImportFormat format, const std::string& path, const ImportOptions& options,
                        Recording& recording) {
    auto file = InputBytes::open(path);
    if (!file) return file.error();
    auto sha256 = file->sha256();
    if (!sha256) return sha256.error();
    if (auto status = read_format(format, std::move(*file), options, recording); !status) return status;
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
    if (magic == fcio_magic) return ImportFormat::FCIO;
    if ((magic & 0xFFFF0000u) == ngm_magic) return ImportFormat::NGM;
    if (is_compass_header(magic & 0xFFFFu)) return ImportFormat::COMPASS;
    // From what can hardly be by chance to what can.
    if (looks_like_wavedump(*file)) return ImportFormat::WAVEDUMP;
    if (looks_like_compass(*file)) return ImportFormat::COMPASS;
    if (could_be_wavedump(*file)) return ImportFormat::WAVEDUMP;
    const auto what = whole ? fmt::format("begins with {:#010x}, which no format does", magic)
                            : fmt::format("has only {} bytes", file->size());
    return proto::error(
        proto::ErrorKind::UNSUPPORTED,
        fmt::format("{}: {}; formats that can be imported: {}. WaveDump files without headers need "
                    "their format and number of samples given",
                    path, what, fmt::join(format_names, ", ")));
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

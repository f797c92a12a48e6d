#include "online/run_exports.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "offline/export/export.hpp"
#include "proto/strict_text.hpp"

namespace spillgate::online {

namespace {

std::string directory_of(const std::string& directory, std::uint32_t number) {
    return fmt::format("{}/run-{:06}", directory, number);
}

// A link is none: it could lead anywhere.
bool is_plain_file(const std::string& path) {
    std::error_code failed;
    return std::filesystem::is_regular_file(std::filesystem::symlink_status(path, failed));
}

}  // namespace

proto::Result<std::string> export_run_spectra(const offline::Engine& engine, const offline::Spectra& spectra,
                                              const wire::RunDescription& run,
                                              const std::string& config_sha256,
                                              const std::string& directory) {
    std::string target = directory_of(directory, run.number());
    std::error_code failed;
    std::filesystem::create_directories(target, failed);
    if (failed) {
        return proto::error(proto::ErrorKind::IO, fmt::format("{}: {}", target, failed.message()),
                            failed.value());
    }
    const auto provenance = offline::provenance_of(run, config_sha256);
    for (const auto format : {offline::Format::HDF5, offline::Format::JSON, offline::Format::CSV}) {
        const std::string path = fmt::format("{}/spectra{}", target, offline::extension_of(format));
        if (auto written = offline::export_spectra(engine, spectra, provenance, path, format); !written) {
            return written.error();
        }
    }
    return target;
}

std::vector<std::string_view> exported_files(const std::string& directory, std::uint32_t number) {
    std::vector<std::string_view> found;
    std::ranges::copy_if(run_export_files, std::back_inserter(found), [&](std::string_view file) {
        return is_plain_file(fmt::format("{}/{}", directory_of(directory, number), file));
    });
    return found;
}

proto::Result<std::string> read_run_export(const std::string& directory, std::uint32_t number,
                                           std::string_view file) {
    const std::string path = fmt::format("{}/{}", directory_of(directory, number), file);
    if (std::ranges::find(run_export_files, file) == run_export_files.end() || !is_plain_file(path))
        return proto::error(proto::ErrorKind::NOT_FOUND,
                            fmt::format("run {} has no exported file of this name", number));
    std::error_code failed;
    const auto bytes = std::filesystem::file_size(path, failed);
    if (failed)
        return proto::error(proto::ErrorKind::IO, fmt::format("{}: {}", path, failed.message()),
                            failed.value());
    if (bytes > max_export_bytes)
        return proto::error(proto::ErrorKind::REFUSED,
                            fmt::format("{} has {} bytes; at most {} are served: copy the file instead", path,
                                        bytes, max_export_bytes));
    return proto::read_text(path);
}

}  // namespace spillgate::online

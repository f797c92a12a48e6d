#include "online/run_exports.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "offline/export/export.hpp"

namespace spillgate::online {

proto::Result<std::string> export_run_spectra(const offline::Engine& engine, const offline::Spectra& spectra,
                                              const wire::RunDescription& run,
                                              const std::string& config_sha256,
                                              const std::string& directory) {
    std::string target = fmt::format("{}/run-{:06}", directory, run.number());
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

}  // namespace spillgate::online

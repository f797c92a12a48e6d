#include "offline/verbs/output_directory.hpp"

#include <filesystem>

#include <fmt/format.h>

namespace spillgate::offline {

namespace fs = std::filesystem;
using proto::ErrorKind;

proto::Status prepare_output(const std::string& directory, bool overwrite) {
    std::error_code failure;
    fs::create_directories(directory, failure);
    if (failure || !fs::is_directory(directory))
        return proto::error(ErrorKind::IO,
                            fmt::format("cannot make the directory {}: {}", directory,
                                        failure ? failure.message() : "something else has this name"),
                            failure.value());
    const bool empty = fs::is_empty(directory, failure);
    if (failure)
        return proto::error(ErrorKind::IO, fmt::format("cannot read {}: {}", directory, failure.message()),
                            failure.value());
    if (!empty && !overwrite)
        return proto::error(
            ErrorKind::EXISTS,
            fmt::format("{} is not empty; choose another directory or say --overwrite", directory));
    return {};
}

proto::Status write_output(const SavedSpectra& saved, const std::string& directory) {
    for (const auto format : {Format::HDF5, Format::JSON, Format::CSV})
        if (auto ok = export_spectra(*saved.engine, saved.shown(), saved.provenance,
                                     fmt::format("{}/spectra{}", directory, extension_of(format)), format);
            !ok)
            return ok;
    return save_spectra(saved, fmt::format("{}/{}", directory, saved_name));
}

std::string saved_file(const std::string& path) {
    std::error_code failure;
    return fs::is_directory(path, failure) ? fmt::format("{}/{}", path, saved_name) : path;
}

}  // namespace spillgate::offline

#include "offline/export/export.hpp"

#include <algorithm>

#include "offline/export/export_formats.hpp"
#include "proto/names.hpp"
#include "proto/software_version.hpp"

namespace spillgate::offline {

Provenance provenance_of(const wire::RunDescription& run, std::string_view config_sha256) {
    Provenance out;
    out.runs = {run.number()};
    out.run_type = name_of(run.type());
    out.simulated = run.simulated();
    out.blinded = run.blinded();
    out.software_version = proto::software_version();
    out.config_sha256 = config_sha256;
    for (const auto& calibration : run.calibrations())
        out.calibrations.emplace_back(calibration.name(), calibration.sha256());
    std::sort(out.calibrations.begin(), out.calibrations.end());
    return out;
}

std::string_view extension_of(Format format) {
    return format == Format::HDF5 ? ".h5" : format == Format::JSON ? ".json" : ".csv";
}

std::optional<Format> format_from_name(std::string_view name) {
    if (name == "hdf5") return Format::HDF5;
    if (name == "json") return Format::JSON;
    if (name == "csv") return Format::CSV;
    return std::nullopt;
}

proto::Status export_spectra(const Engine& engine, const Spectra& spectra, const Provenance& provenance,
                             const std::string& path, Format format) {
    switch (format) {
        case Format::HDF5:
            return export_hdf5(engine, spectra, provenance, path);
        case Format::JSON:
            return export_json(engine, spectra, provenance, path);
        case Format::CSV:
            return export_csv(engine, spectra, provenance, path);
    }
    return proto::error(proto::ErrorKind::REFUSED, "unknown format; allowed: hdf5, json, csv");
}

}  // namespace spillgate::offline

// One function per format; export_spectra() chooses. Errors: IO, DISK_FULL.
#pragma once

#include "offline/export/export.hpp"

namespace spillgate::offline {

proto::Status export_hdf5(const Engine& engine, const Spectra& spectra, const Provenance& provenance,
                          const std::string& path);
proto::Status export_json(const Engine& engine, const Spectra& spectra, const Provenance& provenance,
                          const std::string& path);
proto::Status export_csv(const Engine& engine, const Spectra& spectra, const Provenance& provenance,
                         const std::string& path);

}  // namespace spillgate::offline

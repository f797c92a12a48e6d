// Writes spectra for people's own tools: HDF5 and JSON in scikit-hep's UHI schema (version 1), and CSV.
// docs/outputs.md describes each byte of meaning. Equal spectra and provenance give equal bytes: no times, no
// paths, no host names.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "offline/engine.hpp"
#include "offline/spectra/spectra.hpp"
#include "proto/result.hpp"
#include "proto/schema/run.pb.h"

namespace spillgate::offline {

// Where an output comes from: only what a live process and a reprocessing know alike.
struct Provenance {
    std::vector<std::uint32_t> runs;  // ascending
    std::string run_type;             // "physics" …; "mixed" after a merge of several
    bool simulated = false;
    std::string software_version;  // of the program that filled the spectra
    std::string config_sha256;     // of the config that the engine was made from
    std::vector<std::pair<std::string, std::string>> calibrations;  // name, SHA-256, by name
    bool blinded = false;      // what beam may have brought is sealed (docs/blinding.md)
    std::string unblinding{};  // who opened it, if it is shown: Unsealing::citation()
    bool operator==(const Provenance&) const = default;
};

// Of one run processed with a config. `config_sha256` is that of proto::LoadedConfig.
Provenance provenance_of(const wire::RunDescription& run, std::string_view config_sha256);

enum class Format { HDF5, JSON, CSV };
std::string_view extension_of(Format format);                   // ".h5", ".json", ".csv"
std::optional<Format> format_from_name(std::string_view name);  // "hdf5", "json", "csv"

// Replaces the file at `path` when complete. Errors: IO, DISK_FULL.
proto::Status export_spectra(const Engine& engine, const Spectra& spectra, const Provenance& provenance,
                             const std::string& path, Format format);

}  // namespace spillgate::offline

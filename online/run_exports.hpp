// Files for people's own tools, written when a run has ended: the same bytes as `spillgate-offline reprocess`
// of the run. What a blinded run seals is not in them.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "offline/engine.hpp"
#include "proto/result.hpp"
#include "proto/schema/run.pb.h"

namespace spillgate::online {

// Writes spectra.h5, .json and .csv into <directory>/run-NNNNNN/ and returns that. Errors: IO, DISK_FULL.
proto::Result<std::string> export_run_spectra(const offline::Engine& engine, const offline::Spectra& spectra,
                                              const wire::RunDescription& run,
                                              const std::string& config_sha256, const std::string& directory);

// Their names.
inline constexpr std::array<std::string_view, 3> run_export_files{"spectra.csv", "spectra.json",
                                                                  "spectra.h5"};
inline constexpr std::uintmax_t max_export_bytes = std::uintmax_t{256} << 20;  // that are read

// Those of a run that are there, below the `directory` that they were written to.
std::vector<std::string_view> exported_files(const std::string& directory, std::uint32_t number);

// The bytes of one of them. Errors: NOT_FOUND (also of any other name, and what is no plain file), REFUSED
// (longer than max_export_bytes), IO.
proto::Result<std::string> read_run_export(const std::string& directory, std::uint32_t number,
                                           std::string_view file);

}  // namespace spillgate::online

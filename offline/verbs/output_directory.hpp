// Where `reprocess` and `merge` put their files.
#pragma once

#include <string>

#include "offline/export/saved_spectra.hpp"
#include "offline/verbs/verb.hpp"
#include "proto/result.hpp"

namespace spillgate::offline {

// Names inside an output directory.
inline constexpr std::string_view saved_name = "spectra.saved";
inline constexpr std::string_view candidates_name = "candidates.h5";

// Makes the directory. Errors: IO; EXISTS, if there is something in it and `overwrite` is not set.
proto::Status prepare_output(const std::string& directory, bool overwrite);

// Histograms in all formats and their exact state. Errors: IO, DISK_FULL.
proto::Status write_output(const SavedSpectra& saved, const std::string& directory);

// The file of saved spectra that a person means: the file itself, or the one in an output directory.
std::string saved_file(const std::string& path);

}  // namespace spillgate::offline

// Spectra of ended runs, to be drawn beside the live ones: read from what was exported (UHI JSON) or saved.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "offline/spectra/spectra.hpp"
#include "proto/result.hpp"

namespace spillgate::online {

// One spectrum with what was live. Nothing in it is sealed: what the file's runs seal is not there.
struct ReferenceSpectrum {
    std::string name, title, selection, selection_sha256;
    std::uint32_t channels = 0;
    std::vector<offline::AxisView> axes;
    std::vector<std::uint64_t> in_time, anti_coincident, free,
        no_beam;  // with under- and overflow, all of one size
    offline::ExposureSums exposure;
    double alpha_relative_uncertainty = 0;
    offline::Sealing sealed = offline::Sealing::NONE;
    std::string box;  // in words, as offline::box_text(); empty: none

    // Good as long as this lives; without box and sideband.
    offline::HistogramView view() const;
};

struct ReferenceSpectra {
    std::string runs;  // "812" or "812,813"
    std::string run_type, software_version, config_sha256;
    bool simulated = false;
    std::vector<ReferenceSpectrum> spectra;

    const ReferenceSpectrum* find(std::string_view name) const;
};

// Reads NAME.json, as `export` and online write it, or NAME.saved. Blinded runs stay as sealed as their file
// is; saved spectra are shown as the log of unblindings in `runs_dir` says. Errors: NOT_FOUND, IO; CORRUPT
// (not such a file, contradictions); UNSUPPORTED (another version of the schema); CONFIG (another kind of
// file); those of offline::load_spectra.
proto::Result<ReferenceSpectra> read_reference(const std::string& path, const std::string& runs_dir);

// The JSON file's content. Errors: CORRUPT, UNSUPPORTED.
proto::Result<ReferenceSpectra> parse_reference(std::string_view text, const std::string& path);

}  // namespace spillgate::online

// What may be shown of blinded runs: what is open, and what is sealed only with the key that the log of
// unblindings gives for all of their runs.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "offline/export/saved_spectra.hpp"
#include "offline/spectra/spectra.hpp"
#include "proto/unblinding_log.hpp"

namespace spillgate::offline {

// Themselves, or a copy that is open. The key must be that of the runs in the spectra.
std::shared_ptr<const Spectra> shown(std::shared_ptr<const Spectra> spectra,
                                     const std::optional<proto::Unsealing>& key);

// A key, or why there is none, in words.
struct Key {
    std::optional<proto::Unsealing> unsealing;
    std::string why_not;
};
// To all of `runs`, from the log in `runs_dir`.
Key key_of(std::span<const std::uint32_t> runs, const std::string& runs_dir);

// Where the log of a run's unblindings is: the directory that its own is in.
std::string runs_dir_of(const std::string& run_directory);

// Opens spectra of blinded runs, or says why not (SavedSpectra::opened, why_sealed). Others stay as they are.
// `runs_dir` empty: that of their config.
void open_sealed(SavedSpectra& saved, const std::string& runs_dir);

// For people, a line each: "" unless the runs are blinded; what is sealed and why, or who opened it.
std::string blinding_text(const SavedSpectra& saved);

}  // namespace spillgate::offline

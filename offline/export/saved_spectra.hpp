// Spectra in a file of their own (wire.SavedSpectra, framed and with checksum): exact counts, provenance, the
// config that the engine is made from, and which slots were filled, so that merging is exact and counts none
// twice.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "offline/engine.hpp"
#include "offline/export/export.hpp"
#include "offline/spectra/slot_account.hpp"
#include "offline/spectra/spectra.hpp"
#include "proto/result.hpp"

namespace spillgate::offline {

// By run and daemon.
using FilledSlots = std::map<std::pair<std::uint32_t, std::string>, SlotAccount>;

struct SavedSpectra {
    std::shared_ptr<const Engine> engine;
    std::unique_ptr<Spectra> spectra;
    Provenance provenance;
    std::string effective_config;
    FilledSlots filled;
    std::shared_ptr<const Spectra> opened;  // with what is sealed: blinding/shown.hpp; not saved
    std::string why_sealed;                 // if there is no key to spectra of blinded runs

    // What may be looked at.
    const Spectra& shown() const { return opened ? *opened : *spectra; }
};

// Replaces the file at `path` when complete. Of blinded runs it holds what is sealed, as the runs themselves
// do, and is not for everybody to read. Errors: IO, DISK_FULL.
proto::Status save_spectra(const SavedSpectra& saved, const std::string& path);

// Errors: NOT_FOUND, IO, CORRUPT, UNSUPPORTED, CONFIG (its config is not allowed any more), REFUSED (saved by
// another version of the engine, or of blinded runs by one that did not seal).
proto::Result<SavedSpectra> load_spectra(const std::string& path);

// Adds `from` to `to`. Errors: REFUSED, if the engine or the config differ or a slot is in both; then nothing
// has changed. The sum is as sealed as its parts are, opened or not.
proto::Status merge_spectra(SavedSpectra& to, const SavedSpectra& from);

}  // namespace spillgate::offline

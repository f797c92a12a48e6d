// Foreign recordings → ordinary run files. First file to read of this folder; docs/import.md says what of
// each format goes where.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/result.hpp"
#include "proto/schema/config.pb.h"
#include "proto/schema/run.pb.h"

namespace spillgate::offline {

enum class ImportFormat {
    LLAMA,       // SIS3316 events as LLaMA-DAQ writes them (.bin)
    WAVEDUMP,    // CAEN WaveDump (.dat), one file per channel
    CSI_MINUTE,  // COHERENT CsI 2015–17 minute files (.zip)
    FCIO,        // FlashCam (.fcio)
    COMPASS,     // CAEN CoMPASS (.BIN), with or without a file header
    NGM,         // SIS3316 bank readouts as COHERENT's NGM writes them (SIS3316Raw_*.bin)
};
// "llama", "wavedump", "csi-minute", "fcio", "compass", "ngm"
std::string_view name_of(ImportFormat format);
// Error: nothing, if no format has this name.
std::optional<ImportFormat> import_format_from_name(std::string_view name);

struct WaveDumpOptions {
    enum class SampleType { U16, U8, F32 };
    std::optional<SampleType> sample_type;  // unset: U16, unless the first event can only be F32
    std::uint32_t samples = 0;              // per event, of files without headers; 0: files have headers
    std::uint32_t bits = 16;                // significant bits of U16 samples: the file does not say
    double sample_ns = 4;                   // x720: 4; x730: 2; x751: 1
    double tag_ns = 8;                      // one step of the trigger time tag: 8 or 16
    std::uint32_t pretrigger_samples = 0;   // how long before its time tag an event begins
};

struct FcioOptions {
    std::optional<double> sample_ns;       // unset: 16 for 16-bit samples, 4 for 12-bit ones
    std::uint32_t pretrigger_samples = 0;  // how long before its time an event begins
};

struct CompassOptions {
    double sample_ns = 2;  // x730: 2; x725: 4; x720: 4; x751: 1; V274x: 8
    std::optional<std::uint32_t>
        bits;  // significant bits of a sample; unset: 14, or 16 if they do not suffice
    std::uint32_t pretrigger_samples = 0;  // how long before its time an event begins
    // What the file's header would say, of files without: 0xCAE0 plus 1 energy, 2 calibrated energy, 4 short
    // energy, 8 waveforms. Unset: found out from several events that fit together.
    std::optional<std::uint32_t> header;
};

struct NgmOptions {
    double clock_mhz = 250;                // of the modules' samples and timestamps
    std::optional<std::uint32_t> bits;     // significant bits of a sample; unset: by the bits that are used
    std::uint32_t pretrigger_samples = 0;  // how long before its timestamp an event begins
    std::uint32_t maw_words = 0;           // of events with MAW words: how many, the file does not say
};

struct ImportOptions {
    double slice_ms = 100;       // length of a slot, for recordings without marks
    std::uint32_t data_set = 0;  // CSI_MINUTE: 1, 2 or 3, whose windows hold
    WaveDumpOptions wavedump;
    FcioOptions fcio;
    CompassOptions compass;
    NgmOptions ngm;
    wire::RunType type = wire::TEST;
    std::string note;
    config::Storage storage;
    // Channels, chains and spectra for the run's effective config; boards and gate are the importer's. Unset:
    // a default of the format's own.
    std::optional<config::Config> config;
};

// Of one {board, channel, stream}.
struct ImportedStream {
    std::uint32_t board = 0;
    std::uint32_t channel = 0;
    bool averaged = false;
    std::uint64_t waveforms = 0;
    std::uint64_t samples = 0;
    std::int64_t sample_sum = 0;  // of the words as numbers with the encoding's sign, shift left in
};

struct ImportReport {
    ImportFormat format{};
    std::uint32_t run = 0;
    std::string directory;
    std::uint64_t slots = 0;
    std::uint64_t events = 0;             // as the recording counts them; each is in exactly one slot
    std::vector<ImportedStream> streams;  // by board, channel, stream
    std::uint64_t dropped_bytes = 0;      // of damaged tails, as `messages` say
    // One sentence each about what was dropped, doubted or assumed; also in the run's imported_files.
    std::vector<std::string> messages;
    wire::LedgerTotals ledger;
};

// By content; for files that say nothing of themselves (WaveDump without headers, CoMPASS without header and
// with a single event) the format must be given.
// Errors: NOT_FOUND, IO, UNSUPPORTED (with what can be imported).
proto::Result<ImportFormat> detect_format(const std::string& path);

// Imports all `paths` as one run under a new number of runs_dir's catalogue. A file that ends inside an
// event, or whose bytes contradict themselves after at least one whole event, keeps its whole events and says
// what was dropped; a file without one whole event is an error and makes no run. Errors: NOT_FOUND, IO,
// DISK_FULL, UNSUPPORTED, TRUNCATED, CORRUPT, CONFIG (options that do not fit the recording).
proto::Result<ImportReport> import_files(std::optional<ImportFormat> format,
                                         const std::vector<std::string>& paths, const std::string& runs_dir,
                                         const ImportOptions& options);

}  // namespace spillgate::offline

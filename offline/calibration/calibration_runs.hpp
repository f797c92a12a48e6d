// The runs that a calibration is made from: of one config, read record by record.
#pragma once

#include <functional>
#include <initializer_list>
#include <string>
#include <vector>

#include "proto/config_loader.hpp"
#include "proto/result.hpp"
#include "proto/run_file/run_reader.hpp"
#include "proto/spill_record.hpp"

namespace spillgate::offline {

struct CalibrationRuns {
    std::vector<proto::RunReader> runs;
    proto::LoadedConfig config;

    // Errors: NOT_FOUND, IO, CORRUPT, UNSUPPORTED; CONFIG (no run, configs that differ).
    static proto::Result<CalibrationRuns> open(const std::vector<std::string>& directories);
    // The name given, or that of the config's only chain of these kinds ("PMT" in messages). Errors: CONFIG.
    proto::Result<std::string> chain(const std::string& given,
                                     std::initializer_list<config::Chain::KindCase> kinds,
                                     std::string_view kind_name) const;
    // Every whole record of every run; damage is skipped as RunReader does. Of blinded runs without a key
    // (blinding/shown.hpp) what in-time windows hold is taken out: a calibration is not to show it either.
    proto::Status for_each_record(const std::function<void(const proto::SpillRecord&)>& visit) const;
};

// The UTC labels of a run's records in ascending order: what a calibration's validity is about. (A run's own
// start and stop are those of an import, where it was imported.) Reads every record's header.
proto::Result<std::vector<std::int64_t>> utc_labels_of(const proto::RunReader& run);

// "2026-11-27T22:20:22", with or without "Z", → ns since 1970. Errors: CONFIG.
proto::Result<std::int64_t> parse_utc(const std::string& text);

}  // namespace spillgate::offline

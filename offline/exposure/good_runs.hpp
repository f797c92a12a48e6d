// Good-run lists (proto/schema/good_runs.proto): whether everything in some spectra is in the list.
#pragma once

#include <string>

#include "offline/export/saved_spectra.hpp"
#include "proto/result.hpp"
#include "proto/schema/good_runs.pb.h"

namespace spillgate::offline {

struct GoodRuns {
    config::GoodRunList list;
    std::string path, sha256;  // of the file's text

    // "good-run list csi-2026, version 3, signed by A. Person (1a2b3c4d)"
    std::string citation() const;
};

// Errors: NOT_FOUND, IO, CONFIG ("FILE:LINE:COLUMN: …": unknown fields, ranges that end before they begin,
// slots of several runs).
proto::Result<GoodRuns> load_good_runs(const std::string& path);

// Errors: REFUSED, naming the first run and slot that the list does not have.
proto::Status check_good(const GoodRuns& good, const FilledSlots& filled);

}  // namespace spillgate::offline

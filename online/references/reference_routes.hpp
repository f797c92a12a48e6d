// References over HTTP: docs/console/spectra.md.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "online/http/exchange.hpp"
#include "online/references/reference_list.hpp"
#include "online/snapshot.hpp"
#include "online/worker.hpp"

namespace spillgate::online {

// GET /api/references, /api/references/{name}/spectra/{spectrum}; files are read on the worker. Board and
// worker must outlive them.
std::vector<Route> reference_routes(const SnapshotBoard& board, Worker& worker,
                                    const std::shared_ptr<ReferenceList>& references);

// Why a reference cannot be laid over a live spectrum, in words; none: it can. `selection_sha256`: of the
// live one.
std::optional<std::string> incomparable(const ReferenceSpectra& reference, const ReferenceSpectrum& spectrum,
                                        const offline::HistogramView& live,
                                        const std::string& selection_sha256);

// As a live spectrum, with "reference", where it comes from, and "withheld": why its C is not told (null: it
// is). C is told only if both seal the same.
boost::json::object reference_json(const std::string& name, const ReferenceSpectra& reference,
                                   const ReferenceSpectrum& spectrum, const offline::HistogramView& live);

}  // namespace spillgate::online

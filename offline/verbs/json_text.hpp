// What the verbs' reports have in common.
#pragma once

#include <string>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "offline/engine.hpp"
#include "offline/spectra/spectra.hpp"
#include "proto/run_file/run_reader.hpp"
#include "proto/schema/run.pb.h"

namespace spillgate::offline {

// Every field by its name in run.proto, zeros too; lists of counts become objects by name.
boost::json::object ledger_json(const wire::LedgerTotals& ledger);
std::string ledger_text(const wire::LedgerTotals& ledger);

boost::json::array damage_json(const std::vector<proto::Damage>& damage);
std::string damage_text(const std::vector<proto::Damage>& damage);

// Per spectrum: entries and exposure of each shown window kind, α; what is sealed, and the sideband of a box.
boost::json::array spectra_json(const Engine& engine, const Spectra& spectra);
std::string spectra_text(const Engine& engine, const Spectra& spectra);

// "2026-01-02 03:04:05 UTC"; "-" for 0.
std::string utc_text(std::int64_t utc_ns);

}  // namespace spillgate::offline
